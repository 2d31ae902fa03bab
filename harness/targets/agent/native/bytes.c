/* SPDX-License-Identifier: Apache-2.0 */
#include "agent.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char fault_text[256];

enum progress fault(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(fault_text, sizeof fault_text, format, arguments);
  va_end(arguments);
  return FAULTED;
}

void *must_alloc(void *old, size_t size) {
  void *memory = realloc(old, size);
  if (memory == NULL) {
    fprintf(stderr, "nicspec agent: no memory for %zu bytes\n", size);
    exit(1);
  }
  return memory;
}

static uint8_t *reserve(struct writer *out, size_t length) {
  size_t at = out->at;
  out->at += length;
  if (out->at > out->capacity) {
    out->capacity = out->at > 2 * out->capacity ? out->at + 256 : 2 * out->capacity;
    out->bytes = must_alloc(out->bytes, out->capacity);
  }
  return out->bytes + at;
}

static void put(uint8_t *at, uint64_t value, int length) {
  for (int i = 0; i < length; i++) at[i] = (uint8_t)(value >> (8 * i));
}

void write_u8(struct writer *out, uint8_t value) { put(reserve(out, 1), value, 1); }
void write_u16(struct writer *out, uint16_t value) { put(reserve(out, 2), value, 2); }
void write_u32(struct writer *out, uint32_t value) { put(reserve(out, 4), value, 4); }
void write_u64(struct writer *out, uint64_t value) { put(reserve(out, 8), value, 8); }

void write_raw(struct writer *out, const void *bytes, size_t length) {
  if (length > 0) memcpy(reserve(out, length), bytes, length);
}

void write_bytes(struct writer *out, const void *bytes, size_t length) {
  write_u32(out, (uint32_t)length);
  write_raw(out, bytes, length);
}

void write_text(struct writer *out, const char *text) { write_bytes(out, text, strlen(text)); }

void patch_u32(struct writer *out, size_t at, uint32_t value) { put(out->bytes + at, value, 4); }

const uint8_t *read_raw(struct reader *in, size_t length) {
  static const uint8_t zeroes[8];
  if (length > in->length - in->at) {
    in->bad = true;
    in->at = in->length;
    return zeroes;
  }
  const uint8_t *bytes = in->bytes + in->at;
  in->at += length;
  return bytes;
}

static uint32_t get(const uint8_t *at, int length) {
  uint32_t value = 0;
  for (int i = 0; i < length; i++) value |= (uint32_t)at[i] << (8 * i);
  return value;
}

uint8_t read_u8(struct reader *in) { return (uint8_t)get(read_raw(in, 1), 1); }
uint16_t read_u16(struct reader *in) { return (uint16_t)get(read_raw(in, 2), 2); }
uint32_t read_u32(struct reader *in) { return get(read_raw(in, 4), 4); }

uint64_t read_u64(struct reader *in) {
  uint64_t low = read_u32(in);
  return low | (uint64_t)read_u32(in) << 32;
}

const uint8_t *read_bytes(struct reader *in, size_t *length) {
  uint32_t wanted = read_u32(in);
  const uint8_t *bytes = read_raw(in, wanted);
  *length = in->bad ? 0 : wanted;
  return bytes;
}

void read_text(struct reader *in, char *text, size_t size) {
  size_t length;
  const uint8_t *bytes = read_bytes(in, &length);
  if (length >= size) {
    in->bad = true;
    length = 0;
  }
  memcpy(text, bytes, length);
  text[length] = 0;
}
