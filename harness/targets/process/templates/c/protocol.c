/* See protocol.h. A message is parsed into an array of values; each knows where its neighbour is, so that nothing is allocated apart. */
#include "protocol.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { NOTHING, TRUTH, NUMBER, TEXT, ARRAY, OBJECT };

struct value {
  enum kind kind;
  /* The member's name, where this is one. */
  const char *name;
  const char *text;
  double number;
  size_t count;
  /* How many values this one and all in it are: the next one is behind them. */
  size_t extent;
};

static const value nothing;

/* Parsing. The line is changed: strings are unescaped in place and ended with a zero. */

static value *values;
static size_t used, room;
static char *at;

static void broken(const char *what) {
  fprintf(stderr, "not JSON at \"%.40s\": %s\n", at, what);
  exit(1);
}

static size_t new_value(enum kind kind, const char *name) {
  if (used == room) {
    room = room == 0 ? 1024 : 2 * room;
    values = realloc(values, room * sizeof *values);
    if (values == NULL) broken("no memory");
  }
  values[used] = (value){.kind = kind, .name = name, .text = "", .extent = 1};
  return used++;
}

static void blanks(void) {
  while (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n') at++;
}

static unsigned hexadecimal(const char *digits) {
  char four[5] = "";
  memcpy(four, digits, 4);
  return (unsigned)strtoul(four, NULL, 16);
}

static char *put_utf8(char *to, unsigned point) {
  if (point < 0x80) {
    *to++ = (char)point;
  } else if (point < 0x800) {
    *to++ = (char)(0xc0 | point >> 6);
    *to++ = (char)(0x80 | (point & 0x3f));
  } else {
    *to++ = (char)(0xe0 | point >> 12);
    *to++ = (char)(0x80 | (point >> 6 & 0x3f));
    *to++ = (char)(0x80 | (point & 0x3f));
  }
  return to;
}

static char *parse_string(void) {
  if (*at != '"') broken("a string is expected");
  char *start = ++at, *to = at;
  for (; *at != '"'; at++) {
    if (*at == '\0') broken("a string without an end");
    if (*at != '\\') {
      *to++ = *at;
      continue;
    }
    switch (*++at) {
    case 'n': *to++ = '\n'; break;
    case 't': *to++ = '\t'; break;
    case 'r': *to++ = '\r'; break;
    case 'b': *to++ = '\b'; break;
    case 'f': *to++ = '\f'; break;
    case 'u':
      if (strlen(at) < 5) broken("a character without four digits");
      to = put_utf8(to, hexadecimal(at + 1));
      at += 4;
      break;
    case '\0': broken("a string without an end"); break;
    default: *to++ = *at;
    }
  }
  at++;
  *to = '\0';
  return start;
}

static void parse(const char *name) {
  blanks();
  if (*at == '"') {
    size_t own = new_value(TEXT, name);
    values[own].text = parse_string();
  } else if (*at == '{' || *at == '[') {
    bool is_object = *at == '{';
    char end = is_object ? '}' : ']';
    size_t own = new_value(is_object ? OBJECT : ARRAY, name);
    at++;
    for (blanks(); *at != end; blanks()) {
      if (values[own].count > 0) {
        if (*at++ != ',') broken("a comma is expected");
        blanks();
      }
      const char *inner = NULL;
      if (is_object) {
        inner = parse_string();
        blanks();
        if (*at++ != ':') broken("a colon is expected");
      }
      parse(inner);
      values[own].count++;
    }
    at++;
    values[own].extent = used - own;
  } else if (strncmp(at, "true", 4) == 0 || strncmp(at, "false", 5) == 0) {
    size_t own = new_value(TRUTH, name);
    values[own].number = *at == 't';
    at += *at == 't' ? 4 : 5;
  } else if (strncmp(at, "null", 4) == 0) {
    new_value(NOTHING, name);
    at += 4;
  } else {
    char *end;
    double parsed = strtod(at, &end);
    if (end == at) broken("a value is expected");
    size_t own = new_value(NUMBER, name);
    values[own].number = parsed;
    at = end;
  }
}

const value *member(const value *object, const char *name) {
  if (object->kind != OBJECT) return &nothing;
  const value *each = object + 1;
  for (size_t left = object->count; left > 0; left--, each += each->extent)
    if (strcmp(each->name, name) == 0) return each;
  return &nothing;
}

const value *element(const value *array, size_t index) {
  if (array->kind != ARRAY || index >= array->count) return &nothing;
  const value *each = array + 1;
  for (; index > 0; index--) each += each->extent;
  return each;
}

size_t length_of(const value *array) { return array->kind == ARRAY ? array->count : 0; }
bool is_there(const value *of) { return of->kind != NOTHING; }
bool truth(const value *of) { return of->kind == TRUTH && of->number != 0; }
double number(const value *of) { return of->kind == NUMBER ? of->number : 0; }
const char *text(const value *of) { return of->kind == TEXT ? of->text : ""; }
bool is_text(const value *of, const char *expected) { return strcmp(text(of), expected) == 0; }

/* Base64. */

static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t bytes_of(const value *of, uint8_t *to, size_t space) {
  static int8_t worth[256];
  if (worth['B'] == 0)
    for (int digit = 0; digit < 64; digit++) worth[(uint8_t)DIGITS[digit]] = (int8_t)digit;
  uint32_t bits = 0;
  int held = 0;
  size_t length = 0;
  for (const char *digit = text(of); *digit != '\0' && *digit != '='; digit++) {
    bits = bits << 6 | (uint32_t)worth[(uint8_t)*digit];
    held += 6;
    if (held < 8) continue;
    held -= 8;
    if (length < space) to[length++] = (uint8_t)(bits >> held);
  }
  return length;
}

/* Where what is put goes: to the kernel while something is told, aside while an operation makes its result. */
static FILE *sink;

void put_bytes(const uint8_t *bytes, size_t length) {
  putc('"', sink);
  for (size_t i = 0; i < length; i += 3) {
    uint32_t three = (uint32_t)bytes[i] << 16;
    if (i + 1 < length) three |= (uint32_t)bytes[i + 1] << 8;
    if (i + 2 < length) three |= bytes[i + 2];
    putc(DIGITS[three >> 18], sink);
    putc(DIGITS[three >> 12 & 63], sink);
    putc(i + 1 < length ? DIGITS[three >> 6 & 63] : '=', sink);
    putc(i + 2 < length ? DIGITS[three & 63] : '=', sink);
  }
  putc('"', sink);
}

void put(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(sink, format, arguments);
  va_end(arguments);
}

static FILE *aside;

void tell_begin(const char *method) {
  sink = stdout;
  put("{\"jsonrpc\":\"2.0\",\"method\":\"host.%s\",\"params\":", method);
}

void tell_end(void) {
  put("}\n");
  sink = aside;
}

/* The answer to a call follows what was told during it, so the result is put aside while the operation runs. */
static void answer(const char *adapter, const struct operation *operations, const value *call) {
  const char *name = text(member(call, "method"));
  long id = (long)number(member(call, "id"));
  char *result = NULL;
  size_t length = 0;
  sink = aside = open_memstream(&result, &length);
  if (aside == NULL) broken("no memory");
  const struct operation *found = operations;
  while (found->name != NULL && strcmp(found->name, name) != 0) found++;
  bool is_hello = strcmp(name, "hello") == 0;
  if (is_hello) {
    put("{\"protocol\":1,\"framing\":\"lines\",\"adapter\":\"%s\",\"operations\":[", adapter);
    for (const struct operation *each = operations; each->name != NULL; each++)
      put("%s\"%s\"", each == operations ? "" : ",", each->name);
    put("]}");
  } else if (found->name != NULL) {
    found->answer(member(call, "params"));
  }
  fclose(aside);
  sink = stdout;
  put("{\"jsonrpc\":\"2.0\",\"id\":%ld,", id);
  if (is_hello || found->name != NULL) put("\"result\":%s}\n", length == 0 ? "null" : result);
  else put("\"error\":{\"code\":-32601,\"message\":\"this device has no %s\"}}\n", name);
  free(result);
}

int serve(const char *adapter, const struct operation *operations) {
  char *line = NULL;
  size_t space = 0;
  while (getline(&line, &space, stdin) > 0) {
    used = 0;
    at = line;
    parse(NULL);
    answer(adapter, operations, values);
    fflush(stdout);
  }
  free(line);
  free(values);
  return 0;
}
