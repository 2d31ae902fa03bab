/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes of settings below /proc/sys/net. The file that a program has open for one was laid for it alone, and has a mode that no other
 * file has: what is written to it goes to the target at once, and what the target says is what write(2) answers. Writes of the C
 * library's own streams do not pass here; the server finds those in the file, and says what became of them when a stream is flushed.
 */
#include "shim.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WRITTEN_MODE = S_ISVTX | S_IRUSR | S_IWUSR, LONGEST_SETTING = 4096 };

/* The path of the file that a descriptor has open, if it was laid for a setting. */
static ssize_t setting_of(int fd, char path[static PATH_MAX]) {
  struct stat about;
  char link[40];
  if (NEXT(fstat)(fd, &about) < 0 || !S_ISREG(about.st_mode) || (about.st_mode & 07777) != WRITTEN_MODE) return -1;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  return NEXT(readlink)(link, path, PATH_MAX - 1);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  char path[PATH_MAX + LONGEST_SETTING];
  int before = errno;
  ssize_t place = length == 0 || length > LONGEST_SETTING ? -1 : setting_of(fd, path);
  errno = before;
  if (place < 0) return NEXT(write)(fd, bytes, length);
  memcpy(path + place, bytes, length);
  struct question question = {.operation = WRITE_SETTING, .words = {(uint32_t)place}};
  struct answer answer;
  if (ask(&question, path, (size_t)place + length, &answer, NULL, 0) < 0) {
    /* Another file with that mode. */
    return errno == ENXIO ? NEXT(write)(fd, bytes, length) : -1;
  }
  return (ssize_t)length;
}

/* Whether the target took what a stream has put into the file at that path; false, with errno. */
static bool was_taken(const char *path, size_t length) {
  int before = errno;
  struct question question = {.operation = TAKE_SETTING};
  struct answer answer;
  if (ask(&question, path, length, &answer, NULL, 0) < 0 && errno != ENXIO) return false;
  errno = before;
  return true;
}

/* The same of the file that a stream has open; -1 where that is no setting. */
static ssize_t setting_of_stream(FILE *stream, char path[static PATH_MAX]) {
  int before = errno, fd = stream == NULL ? -1 : fileno(stream);
  ssize_t length = fd < 0 ? -1 : setting_of(fd, path);
  errno = before;
  return length;
}

int fflush(FILE *stream) {
  char path[PATH_MAX];
  ssize_t length = setting_of_stream(stream, path);
  int result = NEXT(fflush)(stream);
  if (length < 0 || result != 0 || was_taken(path, (size_t)length)) return result;
  /* As a write that failed leaves a stream: ferror(3) says so. */
  stream->_flags |= _IO_ERR_SEEN;
  return EOF;
}

int fclose(FILE *stream) {
  char path[PATH_MAX];
  ssize_t length = setting_of_stream(stream, path);
  int result = NEXT(fclose)(stream);
  return length < 0 || result != 0 || was_taken(path, (size_t)length) ? result : EOF;
}
