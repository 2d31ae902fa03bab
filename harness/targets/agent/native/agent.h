/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bare agent: serves the channels of the machine it runs on (netlink, ethtool ioctl, packet sockets, bpf, sysfs, sysctl, firmware,
 * clock) over a byte stream. What a device can do and what its state was is worked out by the harness at the other end.
 * The protocol is harness/contract/agentProtocol.ts, in words docs/agent-protocol.md.
 */
#ifndef NICSPEC_AGENT_H
#define NICSPEC_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As in agentProtocol.ts. */
enum {
  PROTOCOL_VERSION = 3,
  CONTRACT_VERSION = 2,
  LONGEST_MESSAGE = 64 << 20,
  MESSAGE_HEADER = 5,
};

enum operation {
  OP_HELLO = 0,
  OP_PING = 1,
  OP_DESCRIBE = 2,
  OP_NETLINK_OPEN = 3,
  OP_NETLINK_SEND = 4,
  OP_NETLINK_RECEIVE = 5,
  OP_NETLINK_JOIN = 6,
  OP_NETLINK_LEAVE = 7,
  OP_CLOSE_HANDLE = 8,
  OP_ETHTOOL_IOCTL = 9,
  OP_HOST_OPEN = 10,
  OP_HOST_SEND = 11,
  OP_HOST_RECEIVE = 12,
  OP_HOST_TIMESTAMPS = 13,
  OP_HOST_POLLING = 14,
  OP_WIRE_OPEN = 15,
  OP_WIRE_SEND = 16,
  OP_WIRE_RECEIVE = 17,
  OP_WIRE_CARRIER = 18,
  OP_WIRE_PARTNER = 19,
  OP_BPF = 20,
  OP_SYSFS_READ = 21,
  OP_SYSFS_WRITE = 22,
  OP_SYSFS_LIST = 23,
  OP_FIRMWARE_PUT = 24,
  OP_FIRMWARE_REMOVE = 25,
  OP_CLOCK_NOW = 26,
  OP_CLOCK_SLEEP = 27,
  OP_RESET = 28,
  OP_SYSCTL_READ = 29,
  OP_SYSCTL_WRITE = 30,
  OP_SYSCTL_LIST = 31,
};

enum { STATUS_OK = 0, STATUS_FAULT = 1 };

#define ANY_COUNT 0xffffffffu
#define DEFAULT_WAIT UINT64_MAX

/* ---- bytes.c: fields of a message, little endian ---- */

/* Grows as it is written; `at` is the number of bytes that were written. */
struct writer {
  uint8_t *bytes;
  size_t at, capacity;
};

void write_u8(struct writer *out, uint8_t value);
void write_u16(struct writer *out, uint16_t value);
void write_u32(struct writer *out, uint32_t value);
void write_u64(struct writer *out, uint64_t value);
void write_raw(struct writer *out, const void *bytes, size_t length);
/* With a u32 length before them. */
void write_bytes(struct writer *out, const void *bytes, size_t length);
void write_text(struct writer *out, const char *text);
/* Writes over a u32 that was written before. */
void patch_u32(struct writer *out, size_t at, uint32_t value);

/* A read behind the end answers zeroes and sets `bad`. */
struct reader {
  const uint8_t *bytes;
  size_t at, length;
  bool bad;
};

uint8_t read_u8(struct reader *in);
uint16_t read_u16(struct reader *in);
uint32_t read_u32(struct reader *in);
uint64_t read_u64(struct reader *in);
/* So many bytes, where they lie. */
const uint8_t *read_raw(struct reader *in, size_t length);
/* Bytes with a u32 length before them. */
const uint8_t *read_bytes(struct reader *in, size_t *length);
/* A string, cut to what fits; empty if it did not. */
void read_text(struct reader *in, char *text, size_t size);

/* Allocates or ends the program: an agent without memory has nothing to say. */
void *must_alloc(void *old, size_t size);

/* ---- answers ---- */

/*
 * What became of a call. A call that waits is looked at again when its descriptor is readable, and when its time is over.
 * DONE: the payload was written. FAULTED: `fault` says why.
 */
enum progress { DONE, WAITING, FAULTED };

/* Remembers why a call faulted; the text goes into its answer. */
enum progress fault(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern char fault_text[256];

/* ---- ends.c: handles, which are sockets ---- */

enum end_kind { END_FREE, END_NETLINK, END_HOST };

struct end {
  enum end_kind kind;
  /* Receives. */
  int fd;
  /* Sends frames; its error queue holds transmit timestamps. */
  int sender;
  /* Encoded frames that arrived and were not taken yet. */
  struct writer frames;
  uint32_t frame_count;
  /* Encoded transmit timestamps that came back. */
  struct writer stamps;
  uint32_t stamp_count;
  /* Timestamp ids by the number of the frame that asked, modulo their count. */
  uint32_t stamp_ids[4096];
  uint32_t next_stamp;
};

/* A handle's end, or NULL. */
struct end *end_of(uint32_t handle, enum end_kind kind);
uint32_t new_end(enum end_kind kind);
void close_end(uint32_t handle);
void close_all_ends(void);

/* ---- netlink.c ---- */
enum progress netlink_open(struct reader *in, struct writer *out);
enum progress netlink_send(struct reader *in, struct writer *out);
enum progress netlink_member(struct reader *in, bool join);
enum progress netlink_receive(struct end *end, struct writer *out, bool is_over);

/* ---- packets.c ---- */
enum progress host_open(struct reader *in, struct writer *out);
enum progress host_send(struct reader *in, struct writer *out);
enum progress host_receive(struct end *end, uint32_t count, struct writer *out, bool is_over);
enum progress host_timestamps(struct end *end, uint32_t count, struct writer *out, bool is_over);

/* ---- system.c: the calls that answer at once ---- */
enum progress ethtool_ioctl(struct reader *in, struct writer *out);
enum progress bpf_call(struct reader *in, struct writer *out);
void close_bpf(void);
enum progress sysfs_read(struct reader *in, struct writer *out);
enum progress sysfs_write(struct reader *in, struct writer *out);
enum progress sysfs_list(struct reader *in, struct writer *out);
enum progress sysctl_read(struct reader *in, struct writer *out);
enum progress sysctl_write(struct reader *in, struct writer *out);
enum progress sysctl_list(struct reader *in, struct writer *out);
enum progress firmware_put(const char *folder, struct reader *in, struct writer *out);
enum progress firmware_remove(const char *folder, struct reader *in, struct writer *out);
uint64_t clock_ns(int clock);

#endif
