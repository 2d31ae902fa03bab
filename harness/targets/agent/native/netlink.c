/* SPDX-License-Identifier: Apache-2.0 */
/* AF_NETLINK sockets as the contract has them: with extended acks and strict checks. */
#include "agent.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RECEIVE_BUFFER = 8 << 20, LONGEST_DATAGRAM = 256 << 10 };

static void set_option(int fd, int level, int name, int value) { setsockopt(fd, level, name, &value, sizeof value); }

enum progress netlink_open(struct reader *in, struct writer *out) {
  int protocol = (int)read_u32(in);
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (fd < 0) return fault("socket(AF_NETLINK, SOCK_RAW, %d): %s", protocol, strerror(errno));
  set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER);
  set_option(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
  set_option(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
  set_option(fd, SOL_NETLINK, NETLINK_PKTINFO, 1);
  struct sockaddr_nl address = {.nl_family = AF_NETLINK};
  socklen_t length = sizeof address;
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
      getsockname(fd, (struct sockaddr *)&address, &length) < 0) {
    int error = errno;
    close(fd);
    return fault("bind a netlink socket: %s", strerror(error));
  }
  uint32_t handle = new_end(END_NETLINK);
  end_of(handle, END_NETLINK)->fd = fd;
  write_u32(out, handle);
  write_u32(out, address.nl_pid);
  return DONE;
}

enum progress netlink_send(struct reader *in, struct writer *out) {
  (void)out;
  struct end *end = end_of(read_u32(in), END_NETLINK);
  size_t length;
  const uint8_t *datagram = read_bytes(in, &length);
  if (end == NULL || in->bad) return fault("no netlink socket, or no datagram");
  if (send(end->fd, datagram, length, MSG_DONTWAIT) < 0)
    return fault("send on a netlink socket: %s", strerror(errno));
  return DONE;
}

enum progress netlink_member(struct reader *in, bool join) {
  struct end *end = end_of(read_u32(in), END_NETLINK);
  int group = (int)read_u32(in);
  if (end == NULL || in->bad) return fault("no netlink socket");
  int option = join ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP;
  if (setsockopt(end->fd, SOL_NETLINK, option, &group, sizeof group) < 0)
    return fault("membership of netlink group %d: %s", group, strerror(errno));
  return DONE;
}

/* Datagrams that are there are handed over together, up to these. */
enum { MOST_DATAGRAMS = 64, MOST_BYTES = 1 << 20 };

/* The group of a datagram that tells of none: NO_GROUP of agentProtocol.ts. */
static uint32_t group_of(struct msghdr *message) {
  for (struct cmsghdr *told = CMSG_FIRSTHDR(message); told != NULL; told = CMSG_NXTHDR(message, told)) {
    struct nl_pktinfo info;
    if (told->cmsg_level != SOL_NETLINK || told->cmsg_type != NETLINK_PKTINFO) continue;
    memcpy(&info, CMSG_DATA(told), sizeof info);
    return info.group;
  }
  return UINT32_MAX;
}

/* Taking a part of a dump makes the kernel write the next one, so one answer has many of them. */
enum progress netlink_receive(struct end *end, struct writer *out, bool is_over) {
  static uint8_t datagram[LONGEST_DATAGRAM];
  size_t start = out->at;
  uint32_t count = 0;
  write_u32(out, 0);
  while (count < MOST_DATAGRAMS && out->at - start < MOST_BYTES) {
    char control[CMSG_SPACE(sizeof(struct nl_pktinfo))];
    struct iovec part = {datagram, sizeof datagram};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t length = recvmsg(end->fd, &message, MSG_DONTWAIT | MSG_TRUNC);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0 && errno == EAGAIN) break;
    if (length < 0) return fault("recv on a netlink socket: %s", strerror(errno));
    if (length > (ssize_t)sizeof datagram) return fault("a netlink datagram of %zd bytes was cut", length);
    write_u32(out, group_of(&message));
    write_bytes(out, datagram, (size_t)length);
    count++;
  }
  patch_u32(out, start, count);
  return count > 0 || is_over ? DONE : WAITING;
}
