/* SPDX-License-Identifier: Apache-2.0 */
/* The stream, the calls on it, and those that wait. */
#include "agent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum {
  /* Nothing more is read while so much waits to be written: the other end is slow. */
  MOST_UNWRITTEN = 4 << 20,
  MOST_WAITING = 1024,
  /* The kernel works on a netlink request while it is sent, so its answer is there at once; the rest is margin. */
  ANSWER_US = 50000,
  /* How often a port without a host is looked at. */
  NOBODY_THERE_MS = 20,
};

/* A century: its nanoseconds fit. */
#define LONGEST_WAIT_US (100ull * 365 * 86400 * 1000000)

static const char MAGIC[8] = {'N', 'I', 'C', 'S', 'P', 'E', 'C', '\n'};

struct options {
  const char *port, *listen, *firmware, *dut, *peer;
};

struct stream {
  int in, out;
  struct writer unread;   /* bytes that came and are no whole message yet */
  struct writer unwritten;
  size_t written;
};

/* A call that waits: a receive, or a sleep. */
struct waiting {
  uint32_t call, handle, count;
  uint8_t operation;
  uint64_t deadline;
};

static struct options options;
static struct waiting waiting[MOST_WAITING];
static size_t waiting_count;

/* ---- answers ---- */

static size_t begin_answer(struct writer *out, uint32_t call) {
  size_t start = out->at;
  write_u32(out, 0);
  write_u32(out, call);
  write_u8(out, STATUS_OK);
  return start;
}

static void end_answer(struct writer *out, size_t start, enum progress progress) {
  if (progress == FAULTED) {
    out->at = start + 4 + MESSAGE_HEADER;
    out->bytes[start + 8] = STATUS_FAULT;
    write_text(out, fault_text);
  }
  if (progress == WAITING) out->at = start;
  else patch_u32(out, start, (uint32_t)(out->at - start - 4));
}

/* ---- calls ---- */

static enum progress hello(struct reader *in, struct writer *out) {
  const uint8_t *magic = read_raw(in, sizeof MAGIC);
  if (in->bad || memcmp(magic, MAGIC, sizeof MAGIC) != 0) return fault("this is no nicspec: its hello is garbage");
  uint16_t protocol = read_u16(in), contract = read_u16(in);
  if (protocol != PROTOCOL_VERSION || contract != CONTRACT_VERSION)
    return fault("this agent speaks protocol %d and contract %d, the harness %d and %d: build the agent of the same nicspec",
                 PROTOCOL_VERSION, CONTRACT_VERSION, protocol, contract);
  struct utsname kernel;
  uname(&kernel);
  char text[1024];
  int length = snprintf(text, sizeof text,
                        "{\"software\":\"nicspec native agent\",\"kernel\":{\"name\":\"%s\",\"release\":\"%s\"},\"bare\":true",
                        kernel.sysname, kernel.release);
  if (options.dut != NULL) length += snprintf(text + length, 64, ",\"dut\":\"%.15s\"", options.dut);
  if (options.peer != NULL) length += snprintf(text + length, 64, ",\"peer\":\"%.15s\"", options.peer);
  snprintf(text + length, 2, "}");
  write_raw(out, MAGIC, sizeof MAGIC);
  write_u16(out, PROTOCOL_VERSION);
  write_u16(out, CONTRACT_VERSION);
  write_text(out, text);
  return DONE;
}

/* A harness begins: what an earlier one left open is closed. */
static void forget_everything(void) {
  waiting_count = 0;
  close_all_ends();
  close_bpf();
}

static enum progress run_waiting(const struct waiting *call, struct writer *out, bool is_over) {
  struct end *end;
  switch (call->operation) {
    case OP_NETLINK_RECEIVE:
      end = end_of(call->handle, END_NETLINK);
      return end == NULL ? fault("no netlink socket") : netlink_receive(end, out, is_over);
    case OP_HOST_RECEIVE:
      end = end_of(call->handle, END_HOST);
      return end == NULL ? fault("no host end") : host_receive(end, call->count, out, is_over);
    case OP_HOST_TIMESTAMPS:
      end = end_of(call->handle, END_HOST);
      return end == NULL ? fault("no host end") : host_timestamps(end, call->count, out, is_over);
    default: /* OP_CLOCK_SLEEP */
      return is_over ? DONE : WAITING;
  }
}

static struct waiting read_waiting(uint32_t call, uint8_t operation, struct reader *in) {
  struct waiting made = {.call = call, .operation = operation, .count = ANY_COUNT};
  if (operation != OP_CLOCK_SLEEP) made.handle = read_u32(in);
  uint64_t within_us = read_u64(in);
  if (within_us == DEFAULT_WAIT) within_us = ANSWER_US;
  if (within_us > LONGEST_WAIT_US) within_us = LONGEST_WAIT_US;
  made.deadline = clock_ns(CLOCK_MONOTONIC) + 1000u * within_us;
  if (operation == OP_HOST_RECEIVE || operation == OP_HOST_TIMESTAMPS) made.count = read_u32(in);
  return made;
}

/* Calls on one end are done in order. */
static bool has_earlier(const struct waiting *call, size_t before) {
  if (call->operation == OP_CLOCK_SLEEP) return false;
  for (size_t i = 0; i < before; i++)
    if (waiting[i].handle == call->handle && waiting[i].operation == call->operation) return true;
  return false;
}

static enum progress begin_waiting(uint32_t call, uint8_t operation, struct reader *in, struct writer *out) {
  struct waiting made = read_waiting(call, operation, in);
  if (in->bad) return fault("operation %d is cut short", operation);
  if (waiting_count == MOST_WAITING) return fault("more than %d calls wait", MOST_WAITING);
  if (!has_earlier(&made, waiting_count)) {
    enum progress progress = run_waiting(&made, out, made.deadline <= clock_ns(CLOCK_MONOTONIC));
    if (progress != WAITING) return progress;
  }
  waiting[waiting_count++] = made;
  return WAITING;
}

static enum progress run(uint32_t call, uint8_t operation, struct reader *in, struct writer *out) {
  switch (operation) {
    case OP_HELLO:
      forget_everything();
      return hello(in, out);
    case OP_PING:
      return DONE;
    case OP_NETLINK_OPEN:
      return netlink_open(in, out);
    case OP_NETLINK_SEND:
      return netlink_send(in, out);
    case OP_NETLINK_JOIN:
      return netlink_member(in, true);
    case OP_NETLINK_LEAVE:
      return netlink_member(in, false);
    case OP_CLOSE_HANDLE:
      close_end(read_u32(in));
      return DONE;
    case OP_ETHTOOL_IOCTL:
      return ethtool_ioctl(in, out);
    case OP_HOST_OPEN:
      return host_open(in, out);
    case OP_HOST_SEND:
      return host_send(in, out);
    case OP_NETLINK_RECEIVE:
    case OP_HOST_RECEIVE:
    case OP_HOST_TIMESTAMPS:
    case OP_CLOCK_SLEEP:
      return begin_waiting(call, operation, in, out);
    case OP_BPF:
      return bpf_call(in, out);
    case OP_SYSFS_READ:
      return sysfs_read(in, out);
    case OP_SYSFS_WRITE:
      return sysfs_write(in, out);
    case OP_SYSFS_LIST:
      return sysfs_list(in, out);
    case OP_SYSCTL_READ:
      return sysctl_read(in, out);
    case OP_SYSCTL_WRITE:
      return sysctl_write(in, out);
    case OP_SYSCTL_LIST:
      return sysctl_list(in, out);
    case OP_FIRMWARE_PUT:
      return firmware_put(options.firmware, in, out);
    case OP_FIRMWARE_REMOVE:
      return firmware_remove(options.firmware, in, out);
    case OP_CLOCK_NOW:
      write_u64(out, clock_ns(CLOCK_MONOTONIC));
      return DONE;
    case OP_HOST_POLLING:
      return fault("the kernel takes frames off a device at once; nothing can hold it back");
    default:
      return fault("operation %d is not one of a bare agent", operation);
  }
}

static void handle_message(const uint8_t *bytes, size_t length, struct writer *out) {
  struct reader in = {.bytes = bytes, .length = length};
  uint32_t call = read_u32(&in);
  uint8_t operation = read_u8(&in);
  size_t start = begin_answer(out, call);
  end_answer(out, start, run(call, operation, &in, out));
}

/* ---- the stream ---- */

/* Handles every whole message; false if what came is none. */
static bool handle_messages(struct stream *stream) {
  size_t at = 0;
  struct writer *unread = &stream->unread;
  while (unread->at - at >= 4) {
    struct reader in = {.bytes = unread->bytes + at, .length = 4};
    uint32_t length = read_u32(&in);
    if (length < MESSAGE_HEADER || length > LONGEST_MESSAGE) {
      fprintf(stderr, "nicspec agent: a message of %u bytes is garbage\n", length);
      return false;
    }
    if (unread->at - at - 4 < length) break;
    handle_message(unread->bytes + at + 4, length, &stream->unwritten);
    at += 4 + length;
  }
  memmove(unread->bytes, unread->bytes + at, unread->at - at);
  unread->at -= at;
  return true;
}

/* Looks again at every call that waits. */
static void handle_waiting(struct stream *stream) {
  uint64_t now = clock_ns(CLOCK_MONOTONIC);
  size_t left = 0;
  for (size_t i = 0; i < waiting_count; i++) {
    struct waiting call = waiting[i];
    enum progress progress = WAITING;
    if (!has_earlier(&call, left)) {
      size_t start = begin_answer(&stream->unwritten, call.call);
      progress = run_waiting(&call, &stream->unwritten, call.deadline <= now);
      end_answer(&stream->unwritten, start, progress);
    }
    if (progress == WAITING) waiting[left++] = call;
  }
  waiting_count = left;
}

enum io { IO_GOES_ON, IO_NOBODY, IO_ENDED };

static enum io read_stream(struct stream *stream) {
  static uint8_t bytes[256 << 10];
  ssize_t length = read(stream->in, bytes, sizeof bytes);
  if (length < 0) return errno == EAGAIN || errno == EINTR ? IO_GOES_ON : IO_ENDED;
  /* A virtio port reads 0 while no host is attached. */
  if (length == 0) return options.port != NULL ? IO_NOBODY : IO_ENDED;
  write_raw(&stream->unread, bytes, (size_t)length);
  return handle_messages(stream) ? IO_GOES_ON : IO_ENDED;
}

static enum io write_stream(struct stream *stream) {
  struct writer *out = &stream->unwritten;
  while (stream->written < out->at) {
    ssize_t length = write(stream->out, out->bytes + stream->written, out->at - stream->written);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return errno == EAGAIN ? IO_GOES_ON : IO_ENDED;
    stream->written += (size_t)length;
  }
  out->at = stream->written = 0;
  return IO_GOES_ON;
}

/* Until the next deadline, in whole milliseconds and not too early. */
static int poll_timeout(void) {
  uint64_t now = clock_ns(CLOCK_MONOTONIC), next = UINT64_MAX;
  for (size_t i = 0; i < waiting_count; i++)
    if (waiting[i].deadline < next) next = waiting[i].deadline;
  if (next == UINT64_MAX) return -1;
  if (next <= now) return 0;
  uint64_t left_ms = (next - now + 999999) / 1000000;
  return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

static size_t watch_waiting(struct pollfd *fds) {
  size_t count = 0;
  for (size_t i = 0; i < waiting_count; i++) {
    struct end *end = end_of(waiting[i].handle, waiting[i].operation == OP_NETLINK_RECEIVE ? END_NETLINK : END_HOST);
    if (end == NULL || waiting[i].operation == OP_CLOCK_SLEEP) continue;
    bool stamps = waiting[i].operation == OP_HOST_TIMESTAMPS;
    /* An error queue announces itself as POLLERR, which is always looked for. */
    fds[count++] = (struct pollfd){.fd = stamps ? end->sender : end->fd, .events = stamps ? 0 : POLLIN};
  }
  return count;
}

static void serve(struct stream *stream) {
  static struct pollfd fds[MOST_WAITING + 2];
  for (;;) {
    if (write_stream(stream) == IO_ENDED) return;
    bool slow = stream->unwritten.at - stream->written > MOST_UNWRITTEN;
    fds[0] = (struct pollfd){.fd = stream->in, .events = slow ? 0 : POLLIN};
    fds[1] = (struct pollfd){.fd = stream->out, .events = stream->unwritten.at > stream->written ? POLLOUT : 0};
    size_t watched = 2 + watch_waiting(fds + 2);
    if (poll(fds, watched, poll_timeout()) < 0 && errno != EINTR) return;
    enum io io = !slow && (fds[0].revents & (POLLIN | POLLHUP)) != 0 ? read_stream(stream) : IO_GOES_ON;
    if (io == IO_ENDED) return;
    if (io == IO_NOBODY) usleep(1000 * NOBODY_THERE_MS);
    handle_waiting(stream);
  }
}

static void serve_fds(int in, int out) {
  fcntl(in, F_SETFL, fcntl(in, F_GETFL) | O_NONBLOCK);
  fcntl(out, F_SETFL, fcntl(out, F_GETFL) | O_NONBLOCK);
  struct stream stream = {.in = in, .out = out};
  serve(&stream);
  free(stream.unread.bytes);
  free(stream.unwritten.bytes);
  forget_everything();
}

/* ---- where the stream comes from ---- */

static int fail(const char *what, const char *which) {
  fprintf(stderr, "nicspec agent: %s %s: %s\n", what, which, strerror(errno));
  return 1;
}

static int serve_port(const char *path) {
  /* The port opens once: read and write in one descriptor. */
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return fail("cannot open", path);
  serve_fds(fd, fd);
  return fail("lost", path);
}

/* One harness after the other, on loopback only. */
static int serve_tcp(const char *port) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 1) < 0)
    return fail("cannot listen on 127.0.0.1 port", port);
  socklen_t length = sizeof address;
  getsockname(listener, (struct sockaddr *)&address, &length);
  fprintf(stderr, "nicspec agent: listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) continue;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    serve_fds(fd, fd);
    close(fd);
  }
}

static const char USAGE[] =
    "usage: nicspec-agent [--port FILE | --listen TCP-PORT] [--dut NETDEV] [--peer NETDEV] [--firmware FOLDER]\n"
    "  Serves the netlink, packet, bpf, sysfs, sysctl and firmware interfaces of this machine to a nicspec harness,\n"
    "  over standard input and output, over a virtual serial port, or over a TCP port of 127.0.0.1.\n"
    "  --dut, --peer   the port under test and the port that is cabled to it\n"
    "  --firmware      where the kernel loads firmware from; without it none is taken\n";

static bool read_options(int count, char **words) {
  struct {
    const char *name, **value;
  } known[] = {{"--port", &options.port}, {"--listen", &options.listen}, {"--firmware", &options.firmware},
               {"--dut", &options.dut},   {"--peer", &options.peer}};
  for (int i = 1; i < count; i += 2) {
    const char **value = NULL;
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
      if (strcmp(words[i], known[k].name) == 0) value = known[k].value;
    if (value == NULL || i + 1 == count) return false;
    *value = words[i + 1];
  }
  return options.port == NULL || options.listen == NULL;
}

int main(int count, char **words) {
  if (!read_options(count, words)) {
    fputs(USAGE, stderr);
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  if (options.port != NULL) return serve_port(options.port);
  if (options.listen != NULL) return serve_tcp(options.listen);
  serve_fds(0, 1);
  return 0;
}
