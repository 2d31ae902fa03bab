/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of the kernel's networking. A look at /sys/class/net and its like is answered with a file that the server has laid for it.
 * The named namespaces of iproute2 and whatever else would change the host's networking is refused.
 */
#include "shim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

enum intent { TO_READ = 0, TO_WRITE = 1 };

static bool is_below(const char *path, const char *folder) {
  size_t length = strlen(folder);
  return strncmp(path, folder, length) == 0 && (path[length] == 0 || path[length] == '/');
}

static bool is_of_namespaces(const char *path) { return is_below(path, "/var/run/netns") || is_below(path, "/run/netns"); }

static bool is_of_target(const char *path) {
  static const char *const folders[] = {"/sys/class/net", "/sys/bus/pci/devices", "/sys/bus/netdevsim", "/sys/kernel/debug/netdevsim",
                                        "/proc/sys/net",  "/proc/net",            "/proc/self/net"};
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
    if (is_below(path, folders[i])) return true;
  return false;
}

/* Where the server laid the file of that path; NULL, with errno, where it has none. */
static const char *looked_up(const char *path, enum intent intent, char room[static PATH_MAX]) {
  struct question question = {.operation = LOOK_UP_PATH, .words = {intent}};
  struct answer answer;
  ssize_t length = ask(&question, path, strlen(path), &answer, room, PATH_MAX - 1);
  if (length < 0) return NULL;
  room[length] = 0;
  return room;
}

/* The path to use instead; NULL, with errno, where there is none. Other paths are their own. */
static const char *path_of(const char *path, enum intent intent, char room[static PATH_MAX]) {
  if (path == NULL) {
    errno = EFAULT;
    return NULL;
  }
  if (path[0] != '/') return path;
  if (is_of_namespaces(path)) {
    if (intent == TO_READ) errno = ENOENT;
    else {
      note("network namespaces: %s", path);
      errno = EOPNOTSUPP;
    }
    return NULL;
  }
  return is_of_target(path) ? looked_up(path, intent, room) : path;
}

/* Folders that the server lays have a mode that hardly any other has; the server knows its own by their paths. */
enum { LAID_MODE = S_ISVTX | S_IRWXU | S_IXGRP | S_IXOTH };

/* The same of a path from an open folder on: that of a folder that was laid is looked up again. */
static const char *path_at(int folder, const char *path, enum intent intent, char room[static PATH_MAX]) {
  struct stat about;
  char link[40], whole[PATH_MAX];
  if (path == NULL || path[0] == '/' || path[0] == 0) return path_of(path, intent, room);
  if ((folder == AT_FDCWD ? NEXT(stat)(".", &about) : NEXT(fstat)(folder, &about)) < 0 || !S_ISDIR(about.st_mode) ||
      (about.st_mode & 07777) != LAID_MODE)
    return path;
  if (folder == AT_FDCWD) strcpy(link, "/proc/self/cwd");
  else snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
  ssize_t length = NEXT(readlink)(link, whole, sizeof whole - 1);
  if (length < 0 || (size_t)length + 1 + strlen(path) >= sizeof whole) return path;
  whole[length] = '/';
  strcpy(whole + length + 1, path);
  const char *instead = looked_up(whole, intent, room);
  /* A folder of somebody else's. */
  return instead == NULL && errno == ENXIO ? path : instead;
}

static enum intent intent_of(int flags) { return (flags & O_ACCMODE) == O_RDONLY ? TO_READ : TO_WRITE; }

#define MODE_OF(folder, flags)                                        \
  mode_t mode = 0;                                                    \
  if (((flags) & (O_CREAT | __O_TMPFILE)) != 0) {                     \
    va_list arguments;                                                \
    va_start(arguments, flags);                                       \
    mode = va_arg(arguments, mode_t);                                 \
    va_end(arguments);                                                \
  }                                                                   \
  char room[PATH_MAX];                                                \
  const char *instead = path_at(folder, path, intent_of(flags), room); \
  if (instead == NULL) return -1

int open(const char *path, int flags, ...) {
  MODE_OF(AT_FDCWD, flags);
  return NEXT(open)(instead, flags, mode);
}

int open64(const char *path, int flags, ...) {
  MODE_OF(AT_FDCWD, flags);
  return NEXT(open64)(instead, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
  MODE_OF(folder, flags);
  return NEXT(openat)(folder, instead, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...) {
  MODE_OF(folder, flags);
  return NEXT(openat64)(folder, instead, flags, mode);
}

/* Of the C library's checking variants. */
int __open_2(const char *path, int flags) { return open(path, flags); }
int __open64_2(const char *path, int flags) { return open64(path, flags); }
int __openat_2(int folder, const char *path, int flags) { return openat(folder, path, flags); }
int __openat64_2(int folder, const char *path, int flags) { return openat64(folder, path, flags); }

static enum intent intent_of_mode(const char *mode) { return strpbrk(mode, "wa+") == NULL ? TO_READ : TO_WRITE; }

FILE *fopen(const char *restrict path, const char *restrict mode) {
  char room[PATH_MAX];
  const char *instead = path_at(AT_FDCWD, path, intent_of_mode(mode), room);
  return instead == NULL ? NULL : NEXT(fopen)(instead, mode);
}

FILE *fopen64(const char *restrict path, const char *restrict mode) {
  char room[PATH_MAX];
  const char *instead = path_at(AT_FDCWD, path, intent_of_mode(mode), room);
  return instead == NULL ? NULL : NEXT(fopen64)(instead, mode);
}

FILE *freopen(const char *restrict path, const char *restrict mode, FILE *restrict stream) {
  char room[PATH_MAX];
  if (path == NULL) return NEXT(freopen)(path, mode, stream);
  const char *instead = path_at(AT_FDCWD, path, intent_of_mode(mode), room);
  return instead == NULL ? NULL : NEXT(freopen)(instead, mode, stream);
}

DIR *opendir(const char *path) {
  char room[PATH_MAX];
  const char *instead = path_at(AT_FDCWD, path, TO_READ, room);
  return instead == NULL ? NULL : NEXT(opendir)(instead);
}

#define SCAN(name, type)                                                              \
  int name(const char *restrict path, struct type ***restrict list,                   \
           int (*wanted)(const struct type *), int (*order)(const struct type **, const struct type **)) { \
    char room[PATH_MAX];                                                              \
    const char *instead = path_at(AT_FDCWD, path, TO_READ, room);                               \
    return instead == NULL ? -1 : NEXT(name)(instead, list, wanted, order);           \
  }
SCAN(scandir, dirent)
SCAN(scandir64, dirent64)

/* A shell that goes there finds the rest from there on. */
int chdir(const char *path) {
  char room[PATH_MAX];
  const char *instead = path_at(AT_FDCWD, path, TO_READ, room);
  return instead == NULL ? -1 : NEXT(chdir)(instead);
}

int access(const char *path, int mode) {
  char room[PATH_MAX];
  const char *instead = path_at(AT_FDCWD, path, (mode & W_OK) != 0 ? TO_WRITE : TO_READ, room);
  return instead == NULL ? -1 : NEXT(access)(instead, mode);
}

int eaccess(const char *path, int mode) {
  char room[PATH_MAX];
  const char *instead = path_at(AT_FDCWD, path, (mode & W_OK) != 0 ? TO_WRITE : TO_READ, room);
  return instead == NULL ? -1 : NEXT(eaccess)(instead, mode);
}

int euidaccess(const char *path, int mode) { return eaccess(path, mode); }

int faccessat(int folder, const char *path, int mode, int flags) {
  char room[PATH_MAX];
  const char *instead = path_at(folder, path, (mode & W_OK) != 0 ? TO_WRITE : TO_READ, room);
  return instead == NULL ? -1 : NEXT(faccessat)(folder, instead, mode, flags);
}

#define LOOK_AT(name, type)                                          \
  int name(const char *restrict path, struct type *restrict about) { \
    char room[PATH_MAX];                                             \
    const char *instead = path_at(AT_FDCWD, path, TO_READ, room);              \
    return instead == NULL ? -1 : NEXT(name)(instead, about);        \
  }
LOOK_AT(stat, stat)
LOOK_AT(lstat, stat)
LOOK_AT(stat64, stat64)
LOOK_AT(lstat64, stat64)

#define LOOK_AT_IN(name, type)                                                                      \
  int name(int folder, const char *restrict path, struct type *restrict about, int flags) {         \
    char room[PATH_MAX];                                                                            \
    const char *instead = path_at(folder, path, TO_READ, room);                                     \
    return instead == NULL ? -1 : NEXT(name)(folder, instead, about, flags);                        \
  }
LOOK_AT_IN(fstatat, stat)
LOOK_AT_IN(fstatat64, stat64)

int statx(int folder, const char *restrict path, int flags, unsigned int mask, struct statx *restrict about) {
  char room[PATH_MAX];
  const char *instead = path_at(folder, path, TO_READ, room);
  return instead == NULL ? -1 : NEXT(statx)(folder, instead, flags, mask, about);
}

/* Where a link leads on the target is not known: what is laid here is a file or a folder. */
ssize_t readlink(const char *restrict path, char *restrict buffer, size_t length) {
  char room[PATH_MAX];
  const char *instead = path_at(AT_FDCWD, path, TO_READ, room);
  return instead == NULL ? -1 : NEXT(readlink)(instead, buffer, length);
}

ssize_t readlinkat(int folder, const char *restrict path, char *restrict buffer, size_t length) {
  char room[PATH_MAX];
  const char *instead = path_at(folder, path, TO_READ, room);
  return instead == NULL ? -1 : NEXT(readlinkat)(folder, instead, buffer, length);
}

/* These file systems have no extended attributes. */
#define NO_ATTRIBUTE(name)                                                               \
  ssize_t name(const char *path, const char *attribute, void *value, size_t size) {      \
    if (path == NULL || !is_of_target(path)) return NEXT(name)(path, attribute, value, size); \
    errno = EOPNOTSUPP;                                                                  \
    return -1;                                                                           \
  }
NO_ATTRIBUTE(getxattr)
NO_ATTRIBUTE(lgetxattr)

#define NO_ATTRIBUTES(name)                                                 \
  ssize_t name(const char *path, char *list, size_t size) {                 \
    if (path == NULL || !is_of_target(path)) return NEXT(name)(path, list, size); \
    errno = EOPNOTSUPP;                                                     \
    return -1;                                                              \
  }
NO_ATTRIBUTES(listxattr)
NO_ATTRIBUTES(llistxattr)

/* What is there on the target is called as it is on every machine, wherever it was laid here. */
char *realpath(const char *restrict path, char *restrict resolved) {
  char room[PATH_MAX];
  const char *instead = path_at(AT_FDCWD, path, TO_READ, room);
  if (instead == NULL) return NULL;
  if (instead == path) return NEXT(realpath)(path, resolved);
  return resolved == NULL ? strdup(path) : strcpy(resolved, path);
}

char *canonicalize_file_name(const char *path) { return realpath(path, NULL); }

static void *open_folder(const char *path) { return opendir(path); }
static struct dirent *read_folder(void *folder) { return readdir(folder); }
static void close_folder(void *folder) { closedir(folder); }
static int look_at(const char *restrict path, struct stat *restrict about) { return stat(path, about); }
static int look_at_link(const char *restrict path, struct stat *restrict about) { return lstat(path, about); }

/* It opens folders inside the C library, where they cannot be replaced, unless it is told with what. */
int glob(const char *restrict pattern, int flags, int (*failed)(const char *, int), glob_t *restrict found) {
  if (pattern[0] != '/' || (flags & GLOB_ALTDIRFUNC) != 0) return NEXT(glob)(pattern, flags, failed, found);
  found->gl_opendir = open_folder;
  found->gl_readdir = read_folder;
  found->gl_closedir = close_folder;
  found->gl_stat = look_at;
  found->gl_lstat = look_at_link;
  return NEXT(glob)(pattern, flags | GLOB_ALTDIRFUNC, failed, found);
}

/* ---- what would change the host ---- */

int mkdir(const char *path, mode_t mode) {
  if (is_of_namespaces(path)) {
    char room[PATH_MAX];
    path_of(path, TO_WRITE, room);
    return -1;
  }
  return NEXT(mkdir)(path, mode);
}

int unshare(int flags) {
  if ((flags & CLONE_NEWNET) == 0) return NEXT(unshare)(flags);
  note("network namespaces: unshare(CLONE_NEWNET)");
  errno = EOPNOTSUPP;
  return -1;
}

int setns(int fd, int kind) {
  if (kind != CLONE_NEWNET) return NEXT(setns)(fd, kind);
  note("network namespaces: setns(CLONE_NEWNET)");
  errno = EOPNOTSUPP;
  return -1;
}

/* bpf(2) has no function of its own: a program that is loaded would be one of the host's kernel. */
long syscall(long number, ...) {
  va_list arguments;
  va_start(arguments, number);
  long a = va_arg(arguments, long), b = va_arg(arguments, long), c = va_arg(arguments, long);
  long d = va_arg(arguments, long), e = va_arg(arguments, long), f = va_arg(arguments, long);
  va_end(arguments);
  if (number != SYS_bpf) return NEXT(syscall)(number, a, b, c, d, e, f);
  note("bpf(2) with command %ld", a);
  errno = EOPNOTSUPP;
  return -1;
}
