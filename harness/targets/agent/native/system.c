/* SPDX-License-Identifier: Apache-2.0 */
/* The channels that answer at once: ioctl, bpf(2), files, clock. */
#include "agent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* What the kernel may write behind a command that is given shorter than its struct: none without a table is longer. */
enum { IOCTL_MARGIN = 4096, LONGEST_PATH = 4096, LONGEST_ATTRIBUTE = 1 << 20, MOST_POINTERS = 16 };

uint64_t clock_ns(int clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

enum progress ethtool_ioctl(struct reader *in, struct writer *out) {
  struct ifreq request = {0};
  size_t length;
  read_text(in, request.ifr_name, sizeof request.ifr_name);
  const uint8_t *command = read_bytes(in, &length);
  if (in->bad || length < sizeof(uint32_t)) {
    write_u32(out, EINVAL);
    return DONE;
  }
  uint8_t *bytes = must_alloc(NULL, length + IOCTL_MARGIN);
  memcpy(bytes, command, length);
  memset(bytes + length, 0, IOCTL_MARGIN);
  request.ifr_data = (void *)bytes;
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int error = fd < 0 || ioctl(fd, SIOCETHTOOL, &request) < 0 ? errno : 0;
  write_u32(out, (uint32_t)error);
  if (error == 0) write_bytes(out, bytes, length);
  if (fd >= 0) close(fd);
  free(bytes);
  return DONE;
}

/* ---- bpf(2) ---- */

static int *bpf_fds;
static size_t bpf_fd_count;

void close_bpf(void) {
  for (size_t i = 0; i < bpf_fd_count; i++) close(bpf_fds[i]);
  bpf_fd_count = 0;
}

/* Whether a command's result is a new descriptor. */
static bool opens(uint32_t command) {
  switch (command) {
    case BPF_MAP_CREATE:
    case BPF_PROG_LOAD:
    case BPF_OBJ_GET:
    case BPF_PROG_GET_FD_BY_ID:
    case BPF_MAP_GET_FD_BY_ID:
    case BPF_RAW_TRACEPOINT_OPEN:
    case BPF_BTF_LOAD:
    case BPF_BTF_GET_FD_BY_ID:
    case BPF_LINK_CREATE:
    case BPF_LINK_GET_FD_BY_ID:
    case BPF_ENABLE_STATS:
    case BPF_ITER_CREATE:
    case 36: /* BPF_TOKEN_CREATE, newer than Debian's headers */
      return true;
    default:
      return false;
  }
}

struct pointed {
  uint8_t *bytes;
  size_t length;
};

static void write_bpf_result(struct writer *out, long result, int error, const struct pointed *attributes,
                             const struct pointed *memory, uint32_t count) {
  write_u32(out, (uint32_t)error);
  write_u32(out, (uint32_t)(error == 0 ? result : -1));
  write_bytes(out, attributes->bytes, attributes->length);
  write_u32(out, count);
  for (uint32_t i = 0; i < count; i++) write_bytes(out, memory[i].bytes, memory[i].length);
}

static struct pointed copy_of(struct reader *in) {
  struct pointed copy;
  const uint8_t *bytes = read_bytes(in, &copy.length);
  copy.bytes = must_alloc(NULL, copy.length + 8);
  memcpy(copy.bytes, bytes, copy.length);
  return copy;
}

/* Each pointer member of the attributes is given what it points to; the answer has the bytes after the call. */
enum progress bpf_call(struct reader *in, struct writer *out) {
  uint32_t command = read_u32(in);
  struct pointed attributes = copy_of(in);
  uint32_t count = read_u32(in), filled = 0;
  struct pointed memory[MOST_POINTERS];
  if (count > MOST_POINTERS) in->bad = true;
  for (; filled < count && !in->bad; filled++) {
    uint32_t at = read_u32(in);
    memory[filled] = copy_of(in);
    uint64_t address = (uintptr_t)memory[filled].bytes;
    if (at > attributes.length || attributes.length - at < sizeof address) in->bad = true;
    else memcpy(attributes.bytes + at, &address, sizeof address);
  }
  bool bad = in->bad;
  if (!bad) {
    long result = syscall(SYS_bpf, command, attributes.bytes, attributes.length);
    int error = result < 0 ? errno : 0;
    if (result >= 0 && opens(command)) {
      bpf_fds = must_alloc(bpf_fds, (bpf_fd_count + 1) * sizeof *bpf_fds);
      bpf_fds[bpf_fd_count++] = (int)result;
    }
    write_bpf_result(out, result, error, &attributes, memory, count);
  }
  for (uint32_t i = 0; i < filled; i++) free(memory[i].bytes);
  free(attributes.bytes);
  return bad ? fault("bpf attributes or the memory they point to do not fit") : DONE;
}

/* ---- files ---- */

/* A path below `root`; false where it would leave it. */
static bool path_below(const char *root, struct reader *in, char *path) {
  char relative[LONGEST_PATH - 256];
  read_text(in, relative, sizeof relative);
  snprintf(path, LONGEST_PATH, "%s/%s", root, relative);
  if (in->bad || relative[0] == 0) return false;
  for (const char *part = relative; part != NULL; part = strchr(part, '/')) {
    if (*part == '/') part++;
    if (strncmp(part, "..", 2) == 0 && (part[2] == 0 || part[2] == '/')) return false;
  }
  return true;
}

static enum progress answer_errno(struct writer *out, int error) {
  write_u32(out, (uint32_t)error);
  return DONE;
}

static enum progress read_below(const char *root, struct reader *in, struct writer *out) {
  char path[LONGEST_PATH];
  if (!path_below(root, in, path)) return answer_errno(out, EINVAL);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return answer_errno(out, errno);
  uint8_t *value = must_alloc(NULL, LONGEST_ATTRIBUTE);
  size_t length = 0;
  ssize_t got;
  while ((got = read(fd, value + length, LONGEST_ATTRIBUTE - length)) > 0) length += (size_t)got;
  int error = got < 0 ? errno : 0;
  write_u32(out, (uint32_t)error);
  if (error == 0) write_bytes(out, value, length);
  free(value);
  close(fd);
  return DONE;
}

static enum progress write_below(const char *root, struct reader *in, struct writer *out) {
  char path[LONGEST_PATH];
  size_t length;
  bool good = path_below(root, in, path);
  const uint8_t *value = read_bytes(in, &length);
  if (!good || in->bad) return answer_errno(out, EINVAL);
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return answer_errno(out, errno);
  int error = write(fd, value, length) < 0 ? errno : 0;
  close(fd);
  return answer_errno(out, error);
}

enum progress sysfs_read(struct reader *in, struct writer *out) { return read_below("/sys", in, out); }

enum progress sysfs_write(struct reader *in, struct writer *out) { return write_below("/sys", in, out); }

enum progress sysctl_read(struct reader *in, struct writer *out) { return read_below("/proc/sys", in, out); }

enum progress sysctl_write(struct reader *in, struct writer *out) { return write_below("/proc/sys", in, out); }

static enum progress list_below(const char *root, struct reader *in, struct writer *out) {
  char path[LONGEST_PATH];
  if (!path_below(root, in, path)) return answer_errno(out, EINVAL);
  DIR *folder = opendir(path);
  if (folder == NULL) return answer_errno(out, errno);
  write_u32(out, 0);
  size_t count_at = out->at;
  uint32_t count = 0;
  write_u32(out, 0);
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    write_text(out, entry->d_name);
    count++;
  }
  closedir(folder);
  patch_u32(out, count_at, count);
  return DONE;
}

enum progress sysfs_list(struct reader *in, struct writer *out) { return list_below("/sys", in, out); }

enum progress sysctl_list(struct reader *in, struct writer *out) { return list_below("/proc/sys", in, out); }

static bool firmware_path(const char *folder, struct reader *in, char *path, int *error) {
  char nowhere[LONGEST_PATH];
  bool good = path_below(folder == NULL ? "" : folder, in, folder == NULL ? nowhere : path);
  *error = folder == NULL ? EROFS : good ? 0 : EINVAL;
  return *error == 0;
}

enum progress firmware_put(const char *folder, struct reader *in, struct writer *out) {
  char path[LONGEST_PATH];
  int error;
  size_t length;
  bool good = firmware_path(folder, in, path, &error);
  const uint8_t *bytes = read_bytes(in, &length);
  if (in->bad) return fault("a firmware file is cut short");
  if (!good) return answer_errno(out, error);
  /* Names may have folders in them. */
  for (char *slash = path + strlen(folder); (slash = strchr(slash + 1, '/')) != NULL;) {
    *slash = 0;
    mkdir(path, 0755);
    *slash = '/';
  }
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return answer_errno(out, errno);
  for (size_t done = 0; done < length && error == 0;) {
    ssize_t written = write(fd, bytes + done, length - done);
    if (written < 0) error = errno;
    else done += (size_t)written;
  }
  close(fd);
  return answer_errno(out, error);
}

enum progress firmware_remove(const char *folder, struct reader *in, struct writer *out) {
  char path[LONGEST_PATH];
  int error;
  if (!firmware_path(folder, in, path, &error)) return answer_errno(out, error);
  return answer_errno(out, unlink(path) < 0 ? errno : 0);
}
