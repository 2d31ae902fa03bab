/* SPDX-License-Identifier: Apache-2.0 */
/* AF_NETLINK: the functions of the socket interface, as far as a netlink socket has them. */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of the C library's checking variants, which programs that are built with _FORTIFY_SOURCE call. */
ssize_t __recv_chk(int fd, void *buffer, size_t length, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *buffer, size_t length, size_t room, int flags, struct sockaddr *from, socklen_t *size);

int socket(int domain, int type, int protocol) {
  if (domain == AF_PACKET) {
    /* It would be one of the host's. */
    note("an AF_PACKET socket");
    errno = EAFNOSUPPORT;
    return -1;
  }
  if (domain != AF_NETLINK) return NEXT(socket)(domain, type, protocol);
  int flags = type & (SOCK_CLOEXEC | SOCK_NONBLOCK), kind = type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (kind != SOCK_RAW && kind != SOCK_DGRAM) {
    errno = ESOCKTNOSUPPORT;
    return -1;
  }
  int fd = connect_server(flags & SOCK_CLOEXEC);
  if (fd < 0) return -1;
  struct question question = {
      .operation = OPEN_SOCKET, .process = (uint32_t)getpid(), .words = {(uint32_t)protocol, (uint32_t)kind}};
  struct answer answer;
  int error = 0;
  if (NEXT(send)(fd, &question, sizeof question, MSG_NOSIGNAL) < 0 ||
      NEXT(recv)(fd, &answer, sizeof answer, 0) != (ssize_t)sizeof answer)
    error = ENETDOWN;
  else if (answer.error != 0) error = answer.error;
  if (error == 0 && (flags & SOCK_NONBLOCK) != 0) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  if (error == 0) return fd;
  close(fd);
  errno = error;
  return -1;
}

int bind(int fd, const struct sockaddr *address, socklen_t length) {
  if (address == NULL || length < sizeof address->sa_family || address->sa_family != AF_NETLINK || !is_redirected(fd))
    return NEXT(bind)(fd, address, length);
  const struct sockaddr_nl *netlink = (const struct sockaddr_nl *)address;
  if (length < sizeof *netlink) {
    errno = EINVAL;
    return -1;
  }
  struct question question = {.operation = BIND_SOCKET, .words = {netlink->nl_pid, netlink->nl_groups}};
  return ask_about(fd, &question, NULL, NULL, 0) < 0 ? -1 : 0;
}

int connect(int fd, const struct sockaddr *address, socklen_t length) {
  if (address == NULL || length < sizeof address->sa_family || address->sa_family != AF_NETLINK || !is_redirected(fd))
    return NEXT(connect)(fd, address, length);
  if (((const struct sockaddr_nl *)address)->nl_pid == 0) return 0;
  errno = ECONNREFUSED;
  return -1;
}

static void tell_address(struct sockaddr *address, socklen_t *length, uint32_t port, uint32_t groups) {
  if (address == NULL || length == NULL) return;
  struct sockaddr_nl netlink = {.nl_family = AF_NETLINK, .nl_pid = port, .nl_groups = groups};
  memcpy(address, &netlink, *length < sizeof netlink ? *length : sizeof netlink);
  *length = sizeof netlink;
}

int getsockname(int fd, struct sockaddr *restrict address, socklen_t *restrict length) {
  if (!is_redirected(fd)) return NEXT(getsockname)(fd, address, length);
  struct question question = {.operation = SOCKET_INFO};
  struct answer answer;
  if (ask_about(fd, &question, &answer, NULL, 0) < 0) return -1;
  tell_address(address, length, answer.words[0], answer.words[1]);
  return 0;
}

int getpeername(int fd, struct sockaddr *restrict address, socklen_t *restrict length) {
  if (!is_redirected(fd)) return NEXT(getpeername)(fd, address, length);
  tell_address(address, length, 0, 0);
  return 0;
}

/* Whether groups are told on this socket: kept by the kernel, in an option that means nothing to a Unix socket. */
static int mark_groups(int fd, bool told) {
  int mark = told ? 1 : 0;
  return NEXT(setsockopt)(fd, SOL_SOCKET, SO_PRIORITY, &mark, sizeof mark);
}

static bool tells_groups(int fd) {
  int mark = 0;
  socklen_t length = sizeof mark;
  return NEXT(getsockopt)(fd, SOL_SOCKET, SO_PRIORITY, &mark, &length) == 0 && mark == 1;
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t length) {
  if (level != SOL_NETLINK || !is_redirected(fd)) return NEXT(setsockopt)(fd, level, option, value, length);
  int number = 0;
  if (value != NULL && length >= sizeof number) memcpy(&number, value, sizeof number);
  struct question question = {.operation = SET_OPTION, .words = {(uint32_t)option, (uint32_t)number}};
  if (ask_about(fd, &question, NULL, NULL, 0) < 0) return -1;
  return option == NETLINK_PKTINFO ? mark_groups(fd, number != 0) : 0;
}

/* What SOL_SOCKET says of a netlink socket where it differs from what a Unix socket says. */
static bool socket_level(int fd, int option, int *number) {
  if (option == SO_DOMAIN) *number = AF_NETLINK;
  else if (option == SO_TYPE || option == SO_PROTOCOL) {
    struct question question = {.operation = SOCKET_INFO};
    struct answer answer;
    if (ask_about(fd, &question, &answer, NULL, 0) < 0) return false;
    *number = (int)answer.words[option == SO_PROTOCOL ? 2 : 3];
  } else return false;
  return true;
}

int getsockopt(int fd, int level, int option, void *restrict value, socklen_t *restrict length) {
  if ((level != SOL_NETLINK && level != SOL_SOCKET) || value == NULL || length == NULL || !is_redirected(fd))
    return NEXT(getsockopt)(fd, level, option, value, length);
  int number = 0;
  if (level == SOL_SOCKET) {
    if (!socket_level(fd, option, &number)) return NEXT(getsockopt)(fd, level, option, value, length);
  } else {
    struct question question = {.operation = GET_OPTION, .words = {(uint32_t)option}};
    struct answer answer;
    ssize_t got = ask_about(fd, &question, &answer, value, *length);
    if (got < 0) return -1;
    if (option == NETLINK_LIST_MEMBERSHIPS) {
      *length = answer.words[0];
      return 0;
    }
    number = (int)answer.words[0];
  }
  if (*length < sizeof number) {
    errno = EINVAL;
    return -1;
  }
  memcpy(value, &number, sizeof number);
  *length = sizeof number;
  return 0;
}

/* Another process is not reached; a kernel that has no such port says the same. */
static bool goes_to_kernel(const struct sockaddr *address, socklen_t length) {
  if (address == NULL || length < sizeof(struct sockaddr_nl)) return true;
  if (((const struct sockaddr_nl *)address)->nl_pid == 0) return true;
  errno = ECONNREFUSED;
  return false;
}

/* What the kernel answers is there when sendmsg(2) returns; a program that does not wait relies on it (libnftables). */
static void settle(int fd, int flags) {
  if ((flags & MSG_DONTWAIT) == 0 && (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0) return;
  struct question question = {.operation = SETTLE};
  int before = errno;
  ask_about(fd, &question, NULL, NULL, 0);
  errno = before;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  if (!is_redirected(fd)) return NEXT(sendmsg)(fd, message, flags);
  if (!goes_to_kernel(message->msg_name, message->msg_namelen)) return -1;
  struct msghdr without_address = {.msg_iov = message->msg_iov, .msg_iovlen = message->msg_iovlen};
  ssize_t sent = NEXT(sendmsg)(fd, &without_address, flags | MSG_NOSIGNAL);
  if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) errno = ENETDOWN;
  if (sent >= 0) settle(fd, flags);
  return sent;
}

ssize_t sendto(int fd, const void *buffer, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
  if (!is_redirected(fd)) return NEXT(sendto)(fd, buffer, length, flags, to, size);
  struct iovec part = {(void *)buffer, length};
  struct msghdr message = {.msg_name = (void *)to, .msg_namelen = size, .msg_iov = &part, .msg_iovlen = 1};
  return sendmsg(fd, &message, flags);
}

ssize_t send(int fd, const void *buffer, size_t length, int flags) {
  if (!is_redirected(fd)) return NEXT(send)(fd, buffer, length, flags);
  return sendto(fd, buffer, length, flags, NULL, 0);
}

int sendmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags) {
  if (!is_redirected(fd)) return NEXT(sendmmsg)(fd, messages, count, flags);
  unsigned int done = 0;
  for (; done < count; done++) {
    ssize_t sent = sendmsg(fd, &messages[done].msg_hdr, flags);
    if (sent < 0) break;
    messages[done].msg_len = (unsigned int)sent;
  }
  return done == 0 && count > 0 ? -1 : (int)done;
}

static size_t room_of(const struct msghdr *message) {
  size_t room = 0;
  for (size_t i = 0; i < message->msg_iovlen; i++) room += message->msg_iov[i].iov_len;
  return room;
}

/* What was taken is no datagram: the error that it stands for. */
static ssize_t lost(int fd, ssize_t length, int flags) {
  char taken[SHORTEST_DATAGRAM];
  if ((flags & MSG_PEEK) != 0 && length > 0) NEXT(recv)(fd, taken, sizeof taken, MSG_DONTWAIT);
  errno = length == LOST_DATAGRAMS ? ENOBUFS : ENETDOWN;
  return -1;
}

static void scatter(const struct msghdr *message, const uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < message->msg_iovlen && length > 0; i++) {
    size_t part = message->msg_iov[i].iov_len < length ? message->msg_iov[i].iov_len : length;
    memcpy(message->msg_iov[i].iov_base, bytes, part);
    bytes += part;
    length -= part;
  }
}

/* put_cmsg(). */
static void tell_group(struct msghdr *message, uint32_t group) {
  struct nl_pktinfo info = {.group = group};
  if (message->msg_control == NULL || message->msg_controllen < CMSG_LEN(sizeof info)) {
    message->msg_controllen = 0;
    message->msg_flags |= MSG_CTRUNC;
    return;
  }
  struct cmsghdr *told = message->msg_control;
  *told = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof info), .cmsg_level = SOL_NETLINK, .cmsg_type = NETLINK_PKTINFO};
  memcpy(CMSG_DATA(told), &info, sizeof info);
  if (message->msg_controllen > CMSG_SPACE(sizeof info)) message->msg_controllen = CMSG_SPACE(sizeof info);
}

/* The group of a datagram stands behind it, where the reader's buffer may have no room: it is taken whole, and handed over from there. */
static ssize_t receive_with_group(int fd, struct msghdr *message, int flags) {
  ssize_t size = NEXT(recv)(fd, NULL, 0, (flags & MSG_DONTWAIT) | MSG_PEEK | MSG_TRUNC);
  if (size < 0) return -1;
  uint8_t *whole = malloc((size_t)size + 1);
  if (whole == NULL) return -1;
  ssize_t length = NEXT(recv)(fd, whole, (size_t)size, flags & ~MSG_TRUNC);
  if (length >= 0 && length < SHORTEST_DATAGRAM) length = lost(fd, length, flags);
  struct group_trailer trailer = {0};
  if (length > (ssize_t)sizeof trailer) memcpy(&trailer, whole + length - sizeof trailer, sizeof trailer);
  bool is_told = trailer.mark == GROUP_MARK;
  if (is_told) length -= (ssize_t)sizeof trailer;
  if (length > 0) {
    size_t room = room_of(message);
    scatter(message, whole, (size_t)length);
    uint32_t bit = trailer.group >= 1 && trailer.group <= 32 ? 1u << (trailer.group - 1) : 0;
    message->msg_flags = (size_t)length > room ? MSG_TRUNC : 0;
    if (message->msg_name != NULL) tell_address(message->msg_name, &message->msg_namelen, 0, is_told ? bit : 0);
    if (is_told) tell_group(message, trailer.group);
    else message->msg_controllen = 0;
    if ((flags & MSG_TRUNC) == 0 && (size_t)length > room) length = (ssize_t)room;
  }
  int error = errno;
  free(whole);
  errno = error;
  return length;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
  if (!is_redirected(fd)) return NEXT(recvmsg)(fd, message, flags);
  if (tells_groups(fd)) return receive_with_group(fd, message, flags);
  struct msghdr plain = {.msg_iov = message->msg_iov, .msg_iovlen = message->msg_iovlen};
  ssize_t length = NEXT(recvmsg)(fd, &plain, flags | MSG_TRUNC);
  if (length < 0) return -1;
  if (length < SHORTEST_DATAGRAM) return lost(fd, length, flags);
  if (message->msg_name != NULL) tell_address(message->msg_name, &message->msg_namelen, 0, 0);
  message->msg_controllen = 0;
  message->msg_flags = plain.msg_flags;
  size_t room = room_of(message);
  return (flags & MSG_TRUNC) == 0 && (size_t)length > room ? (ssize_t)room : length;
}

ssize_t recvfrom(int fd, void *restrict buffer, size_t length, int flags, struct sockaddr *restrict from,
                 socklen_t *restrict size) {
  if (!is_redirected(fd)) return NEXT(recvfrom)(fd, buffer, length, flags, from, size);
  struct iovec part = {buffer, length};
  struct msghdr message = {
      .msg_name = from, .msg_namelen = from != NULL && size != NULL ? *size : 0, .msg_iov = &part, .msg_iovlen = 1};
  ssize_t got = recvmsg(fd, &message, flags);
  if (got >= 0 && from != NULL && size != NULL) *size = message.msg_namelen;
  return got;
}

ssize_t recv(int fd, void *buffer, size_t length, int flags) {
  if (!is_redirected(fd)) return NEXT(recv)(fd, buffer, length, flags);
  return recvfrom(fd, buffer, length, flags, NULL, NULL);
}

ssize_t __recv_chk(int fd, void *buffer, size_t length, size_t room, int flags) {
  return length > room || !is_redirected(fd) ? NEXT(__recv_chk)(fd, buffer, length, room, flags)
                                             : recv(fd, buffer, length, flags);
}

ssize_t __recvfrom_chk(int fd, void *buffer, size_t length, size_t room, int flags, struct sockaddr *from,
                       socklen_t *size) {
  return length > room || !is_redirected(fd) ? NEXT(__recvfrom_chk)(fd, buffer, length, room, flags, from, size)
                                             : recvfrom(fd, buffer, length, flags, from, size);
}

int recvmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags, struct timespec *timeout) {
  if (!is_redirected(fd)) return NEXT(recvmmsg)(fd, messages, count, flags, timeout);
  unsigned int done = 0;
  for (; done < count; done++) {
    int now = done > 0 && (flags & MSG_WAITFORONE) != 0 ? MSG_DONTWAIT : 0;
    ssize_t got = recvmsg(fd, &messages[done].msg_hdr, (flags & ~MSG_WAITFORONE) | now);
    if (got < 0) break;
    messages[done].msg_len = (unsigned int)got;
  }
  return done == 0 && count > 0 ? -1 : (int)done;
}
