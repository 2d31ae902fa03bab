/* SPDX-License-Identifier: Apache-2.0 */
/* The way to the server: connections, questions, and which descriptors are ours. */
#include "shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void *next_function(const char *name) {
  void *function = dlsym(RTLD_NEXT, name);
  if (function != NULL) return function;
  fprintf(stderr, "nicspec shell: this C library has no %s\n", name);
  abort();
}

/* Whether the server's address is known, and the address. */
static bool server_address(struct sockaddr_un *address) {
  const char *path = getenv("NICSPEC_SHELL_SOCKET");
  if (path == NULL || strlen(path) >= sizeof address->sun_path) return false;
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  strcpy(address->sun_path, path);
  return true;
}

bool is_redirected(int fd) {
  struct sockaddr_un server, peer;
  socklen_t length = sizeof peer;
  if (!server_address(&server)) return false;
  int before = errno;
  memset(&peer, 0, sizeof peer);
  bool is = NEXT(getpeername)(fd, (struct sockaddr *)&peer, &length) == 0 && peer.sun_family == AF_UNIX &&
            strncmp(peer.sun_path, server.sun_path, sizeof peer.sun_path) == 0;
  errno = before;
  return is;
}

/* The kernel names each end (autobind), which is how the server and we speak of the same socket. */
int connect_server(int flags) {
  struct sockaddr_un server, own = {.sun_family = AF_UNIX};
  if (!server_address(&server)) {
    errno = ENETDOWN;
    return -1;
  }
  int fd = NEXT(socket)(AF_UNIX, SOCK_SEQPACKET | flags, 0);
  if (fd < 0) return -1;
  if (NEXT(bind)(fd, (struct sockaddr *)&own, sizeof own.sun_family) == 0 &&
      NEXT(connect)(fd, (struct sockaddr *)&server, sizeof server) == 0)
    return fd;
  close(fd);
  /* A server that is gone is a kernel that is gone. */
  errno = ENETDOWN;
  return -1;
}

static ssize_t exchange(int fd, struct question *question, const void *bytes, size_t length, struct answer *answer,
                        void *room, size_t size) {
  struct iovec out[] = {{question, sizeof *question}, {(void *)bytes, length}};
  struct msghdr message = {.msg_iov = out, .msg_iovlen = length > 0 ? 2 : 1};
  question->process = (uint32_t)getpid();
  if (NEXT(sendmsg)(fd, &message, MSG_NOSIGNAL) < 0) return -1;
  struct iovec in[] = {{answer, sizeof *answer}, {room, size}};
  struct msghdr reply = {.msg_iov = in, .msg_iovlen = size > 0 ? 2 : 1};
  ssize_t got;
  do got = NEXT(recvmsg)(fd, &reply, 0);
  while (got < 0 && errno == EINTR);
  if (got < (ssize_t)sizeof *answer) {
    errno = ENETDOWN;
    return -1;
  }
  if (answer->error != 0) {
    errno = answer->error;
    return -1;
  }
  return got - (ssize_t)sizeof *answer;
}

ssize_t ask(struct question *question, const void *bytes, size_t length, struct answer *answer, void *room, size_t size) {
  struct answer ignored;
  int fd = connect_server(SOCK_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t got = exchange(fd, question, bytes, length, answer == NULL ? &ignored : answer, room, size);
  int error = errno;
  close(fd);
  errno = error;
  return got;
}

ssize_t ask_about(int fd, struct question *question, struct answer *answer, void *room, size_t size) {
  struct sockaddr_un own;
  socklen_t length = sizeof own;
  memset(&own, 0, sizeof own);
  if (NEXT(getsockname)(fd, (struct sockaddr *)&own, &length) < 0) return -1;
  /* An abstract name: a zero, then five digits. */
  memcpy(question->session, own.sun_path + 1, SESSION_LENGTH - 1);
  return ask(question, NULL, 0, answer, room, size);
}

void note(const char *format, ...) {
  char line[512];
  int before = errno;
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  struct question question = {.operation = NOTE};
  if (length > 0) ask(&question, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1, NULL, NULL, 0);
  errno = before;
}
