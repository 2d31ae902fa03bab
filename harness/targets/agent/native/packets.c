/* SPDX-License-Identifier: Apache-2.0 */
/* The host's end of a net device: packet sockets with a virtio-net header, auxiliary data and timestamps. */
#include "agent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum {
  RECEIVE_BUFFER = 64 << 20,
  SEND_BUFFER = 8 << 20,
  /* A 64 KiB frame with its link headers and a virtio-net header in front. */
  LONGEST_PACKET = 68 << 10,
  /* A full send buffer empties as fast as the frames leave. */
  SEND_RETRIES = 100,
};

/* Flags of a frame to transmit, as in agentProtocol.ts. */
enum { HAS_VNET = 1, HAS_TUNNEL = 2, HAS_FRAGMENTS = 4, HAS_QUEUE = 8, HAS_TIMESTAMP_ID = 16 };
/* Flags of a received frame. */
enum { RX_VNET = 1, RX_VLAN = 4, RX_CHECKSUM = 8, RX_SOFTWARE_TIME = 256, RX_TIMESTAMPS = 512 };
enum { CHECKSUM_NONE = 0, CHECKSUM_VALID = 3 };
enum { STAMP_SOFTWARE = 2 };

static void set_option(int fd, int level, int name, int value) { setsockopt(fd, level, name, &value, sizeof value); }

static int bind_to(int fd, int index, int protocol) {
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET, .sll_protocol = htons((uint16_t)protocol), .sll_ifindex = index};
  return bind(fd, (struct sockaddr *)&address, sizeof address);
}

/* Protocol 0: nothing is queued before the socket is bound to its device. */
static int open_packet_socket(void) { return socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

static int open_receiver(int index) {
  int fd = open_packet_socket();
  if (fd < 0) return -1;
  set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER);
  set_option(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
  set_option(fd, SOL_PACKET, PACKET_AUXDATA, 1);
  set_option(fd, SOL_PACKET, PACKET_VNET_HDR, 1);
  set_option(fd, SOL_SOCKET, SO_TIMESTAMPING, SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE);
  return bind_to(fd, index, ETH_P_ALL) < 0 ? (close(fd), -1) : fd;
}

/* Bound with protocol 0, so its error queue holds transmit timestamps and nothing else ever arrives. */
static int open_sender(int index) {
  int fd = open_packet_socket();
  if (fd < 0) return -1;
  set_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER);
  set_option(fd, SOL_PACKET, PACKET_VNET_HDR, 1);
  set_option(fd, SOL_SOCKET, SO_TIMESTAMPING,
             SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY);
  return bind_to(fd, index, 0) < 0 ? (close(fd), -1) : fd;
}

/*
 * The kernel begins to stamp some time after the first socket asks for it (net_enable_timestamp), and a frame that comes before has no
 * stamp: one socket that is never closed keeps it at it.
 */
static void keep_stamping(void) {
  static int keeper = -1;
  if (keeper >= 0) return;
  keeper = open_packet_socket();
  if (keeper >= 0) set_option(keeper, SOL_SOCKET, SO_TIMESTAMPING, SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE);
}

enum progress host_open(struct reader *in, struct writer *out) {
  keep_stamping();
  char name[IFNAMSIZ];
  read_text(in, name, sizeof name);
  int index = in->bad ? 0 : (int)if_nametoindex(name);
  if (index == 0) return fault("no net device is called %s", in->bad ? "so" : name);
  int receiver = open_receiver(index);
  int sender = receiver < 0 ? -1 : open_sender(index);
  if (sender < 0) {
    int error = errno;
    if (receiver >= 0) close(receiver);
    return fault("a packet socket on %s: %s", name, strerror(error));
  }
  uint32_t handle = new_end(END_HOST);
  struct end *end = end_of(handle, END_HOST);
  end->fd = receiver;
  end->sender = sender;
  write_u32(out, handle);
  return DONE;
}

struct transmit {
  const uint8_t *vnet, *bytes;
  size_t length;
  bool unsupported, stamped;
  uint32_t stamp_id;
};

static struct transmit read_transmit(struct reader *in) {
  static const uint8_t no_header[sizeof(struct virtio_net_hdr)];
  struct transmit frame = {.vnet = no_header};
  unsigned flags = read_u16(in);
  if (flags & HAS_VNET) frame.vnet = read_raw(in, sizeof no_header);
  if (flags & HAS_TUNNEL) read_raw(in, 4);
  if (flags & HAS_FRAGMENTS)
    for (uint32_t left = read_u32(in); left > 0 && !in->bad; left--) read_u32(in);
  if (flags & HAS_QUEUE) read_u32(in);
  frame.stamped = (flags & HAS_TIMESTAMP_ID) != 0;
  if (frame.stamped) frame.stamp_id = read_u32(in);
  frame.bytes = read_bytes(in, &frame.length);
  /* What a packet socket has no words for. */
  frame.unsupported = (flags & (HAS_TUNNEL | HAS_FRAGMENTS | HAS_QUEUE)) != 0;
  return frame;
}

/* Answers 0 or an errno. */
static int send_frame(struct end *end, const struct transmit *frame) {
  struct iovec parts[] = {{(void *)frame->vnet, sizeof(struct virtio_net_hdr)}, {(void *)frame->bytes, frame->length}};
  union {
    char bytes[CMSG_SPACE(sizeof(uint32_t))];
    struct cmsghdr align;
  } control = {0};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  if (frame->stamped) {
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SO_TIMESTAMPING;
    header->cmsg_len = CMSG_LEN(sizeof(uint32_t));
    uint32_t wanted = SOF_TIMESTAMPING_TX_SOFTWARE;
    memcpy(CMSG_DATA(header), &wanted, sizeof wanted);
  }
  for (int tries = 0;;) {
    if (sendmsg(end->sender, &message, MSG_DONTWAIT) >= 0) break;
    if (errno == EINTR) continue;
    if (errno != EAGAIN || ++tries > SEND_RETRIES) return errno;
    struct pollfd writable = {.fd = end->sender, .events = POLLOUT};
    poll(&writable, 1, 1);
  }
  if (frame->stamped) end->stamp_ids[end->next_stamp++ % 4096] = frame->stamp_id;
  return 0;
}

enum progress host_send(struct reader *in, struct writer *out) {
  struct end *end = end_of(read_u32(in), END_HOST);
  if (end == NULL) return fault("no host end");
  uint32_t count = read_u32(in), sent = 0;
  int error = 0;
  for (; sent < count && error == 0; sent++) {
    struct transmit frame = read_transmit(in);
    if (in->bad) return fault("a frame to send is cut short");
    error = frame.unsupported ? EOPNOTSUPP : send_frame(end, &frame);
    if (error != 0) break;
  }
  write_u32(out, (uint32_t)error);
  write_u32(out, sent);
  return DONE;
}

struct ancillary {
  bool has_vlan, checksum_valid, has_time, has_key;
  uint16_t tpid, tci;
  uint64_t time;
  uint32_t key;
};

static struct ancillary read_ancillary(struct msghdr *message) {
  struct ancillary found = {0};
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL; header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level == SOL_PACKET && header->cmsg_type == PACKET_AUXDATA) {
      struct tpacket_auxdata aux;
      memcpy(&aux, CMSG_DATA(header), sizeof aux);
      found.checksum_valid = (aux.tp_status & TP_STATUS_CSUM_VALID) != 0;
      found.has_vlan = (aux.tp_status & TP_STATUS_VLAN_VALID) != 0;
      found.tci = aux.tp_vlan_tci;
      found.tpid = aux.tp_status & TP_STATUS_VLAN_TPID_VALID ? aux.tp_vlan_tpid : ETH_P_8021Q;
    } else if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SO_TIMESTAMPING) {
      struct timespec stamp;
      memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
      found.time = (uint64_t)stamp.tv_sec * 1000000000u + (uint64_t)stamp.tv_nsec;
      found.has_time = found.time != 0;
    } else if (header->cmsg_level == SOL_PACKET && header->cmsg_type == PACKET_TX_TIMESTAMP) {
      struct sock_extended_err error;
      memcpy(&error, CMSG_DATA(header), sizeof error);
      found.key = error.ee_data;
      found.has_key = true;
    }
  }
  return found;
}

/* What a stamp of CLOCK_REALTIME is off the agent's clock, now. */
static uint64_t realtime_offset(void) { return clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC); }

static void write_frame(struct writer *out, const uint8_t *packet, size_t length, int type, const struct ancillary *seen) {
  struct virtio_net_hdr vnet;
  memcpy(&vnet, packet, sizeof vnet);
  bool unfinished = vnet.flags != 0 || vnet.gso_type != 0;
  write_u16(out, (uint16_t)((unfinished ? RX_VNET : 0) | (seen->has_vlan ? RX_VLAN : 0) | RX_CHECKSUM |
                            (seen->has_time ? RX_SOFTWARE_TIME | RX_TIMESTAMPS : 0)));
  write_u8(out, (uint8_t)type);
  if (unfinished) write_raw(out, packet, sizeof vnet);
  if (seen->has_vlan) {
    write_u16(out, seen->tpid);
    write_u16(out, seen->tci);
  }
  write_u8(out, seen->checksum_valid ? CHECKSUM_VALID : CHECKSUM_NONE);
  write_u16(out, 0);
  if (seen->has_time) write_u64(out, seen->time - realtime_offset());
  write_bytes(out, packet + sizeof vnet, length - sizeof vnet);
}

static void drain_frames(struct end *end) {
  static uint8_t packet[LONGEST_PACKET];
  for (;;) {
    struct sockaddr_ll from = {0};
    struct iovec part = {packet, sizeof packet};
    char control[256] __attribute__((aligned(8)));
    struct msghdr message = {&from, sizeof from, &part, 1, control, sizeof control, 0};
    ssize_t length = recvmsg(end->fd, &message, MSG_DONTWAIT);
    /* A device that went down says so once, in place of a frame. */
    if (length < 0 && (errno == EINTR || errno == ENETDOWN)) continue;
    if (length < (ssize_t)sizeof(struct virtio_net_hdr)) return;
    if (from.sll_pkttype == PACKET_OUTGOING) continue;
    struct ancillary seen = read_ancillary(&message);
    write_frame(&end->frames, packet, (size_t)length, from.sll_pkttype, &seen);
    end->frame_count++;
  }
}

static void drain_stamps(struct end *end) {
  for (;;) {
    char control[512] __attribute__((aligned(8)));
    struct msghdr message = {.msg_control = control, .msg_controllen = sizeof control};
    if (recvmsg(end->sender, &message, MSG_DONTWAIT | MSG_ERRQUEUE) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    struct ancillary seen = read_ancillary(&message);
    if (!seen.has_time || !seen.has_key || end->next_stamp - seen.key > 4096) continue;
    write_u32(&end->stamps, end->stamp_ids[seen.key % 4096]);
    write_u8(&end->stamps, STAMP_SOFTWARE);
    write_u64(&end->stamps, seen.time - realtime_offset());
    end->stamp_count++;
  }
}

/* Hands over everything that is there. */
static enum progress take(struct writer *held, uint32_t *held_count, struct writer *out) {
  write_u32(out, *held_count);
  write_raw(out, held->bytes, held->at);
  held->at = 0;
  *held_count = 0;
  return DONE;
}

enum progress host_receive(struct end *end, uint32_t count, struct writer *out, bool is_over) {
  drain_frames(end);
  bool enough = (count != ANY_COUNT && end->frame_count >= count) || end->frames.at > LONGEST_MESSAGE / 2;
  return enough || is_over ? take(&end->frames, &end->frame_count, out) : WAITING;
}

enum progress host_timestamps(struct end *end, uint32_t count, struct writer *out, bool is_over) {
  drain_stamps(end);
  bool enough = count != ANY_COUNT && end->stamp_count >= count;
  return enough || is_over ? take(&end->stamps, &end->stamp_count, out) : WAITING;
}
