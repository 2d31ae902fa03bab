/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library that is loaded before the C library: what a program says to the kernel's networking goes to the server of `nicspec shell`
 * instead. An AF_NETLINK socket becomes a SOCK_SEQPACKET Unix socket, so that poll, dup, fork, exec and MSG_PEEK | MSG_TRUNC are the
 * kernel's own; everything that is no datagram goes over a connection of its own, which lives for one question and its answer.
 *
 * No state is kept here: whether a descriptor is one of ours is asked of the kernel (its peer's address), and all else of the server.
 */
#ifndef NICSPEC_SHIM_H
#define NICSPEC_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Operations of the server; the numbers are in harness/shell/shimProtocol.ts too. */
enum operation {
  OPEN_SOCKET = 1,  /* words: protocol, type; the connection is the socket from then on */
  SOCKET_INFO = 2,  /* answers port id, groups, protocol, type */
  BIND_SOCKET = 3,  /* words: port id, groups */
  SET_OPTION = 4,   /* words: option, value */
  GET_OPTION = 5,   /* words: option; answers the value, or the bytes behind the words */
  DEVICE_IOCTL = 6, /* words: request; the bytes are a struct ifreq */
  ETHTOOL_IOCTL = 7, /* the bytes are a name of IFNAMSIZ and a struct ethtool_… */
  LOOK_UP_PATH = 8, /* words: intent; the bytes are a path; answers the path to use instead */
  NOTE = 9,         /* the bytes are a line for the log */
  LIST_DEVICES = 10, /* answers a struct ifreq with name and index for each */
  WRITE_SETTING = 11, /* words: length of the path; the bytes are a path that LOOK_UP_PATH answered, and what is written */
  TAKE_SETTING = 12, /* the bytes are such a path: what a stream wrote into the file is written now */
  SETTLE = 13, /* answered once all that the socket sent is served, and the answers are in its queue */
};

enum { ANSWER_WORDS = 4, SESSION_LENGTH = 8 };

struct question {
  uint32_t operation;
  uint32_t process;
  char session[SESSION_LENGTH]; /* which socket is meant: the name that the kernel gave it, or zeros */
  uint32_t words[ANSWER_WORDS];
};

struct answer {
  int32_t error;
  uint32_t words[ANSWER_WORDS];
};

/* A datagram shorter than a netlink header is no datagram: its length says which error the next receive has. */
enum { LOST_DATAGRAMS = 1, LOST_TARGET = 2, SHORTEST_DATAGRAM = 16 };

/* Behind each datagram of a socket with NETLINK_PKTINFO: the group that it was sent to. */
struct group_trailer {
  uint32_t mark;
  uint32_t group;
};
enum { GROUP_MARK = 0x67726f75 };

/* The C library's own function of that name. */
void *next_function(const char *name);
#define NEXT(name) ((__typeof__(&name))next_function(#name))

bool is_redirected(int fd);
int connect_server(int flags);
/* Asks the server; false, with errno, if it refuses or is gone. `room` bytes behind the answer's words at most; their count or -1. */
ssize_t ask(struct question *question, const void *bytes, size_t length, struct answer *answer, void *room, size_t size);
/* The same about a socket of ours. */
ssize_t ask_about(int fd, struct question *question, struct answer *answer, void *room, size_t size);
/* A line in the server's log. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

int device_ioctl(unsigned long request, void *argument);

#endif
