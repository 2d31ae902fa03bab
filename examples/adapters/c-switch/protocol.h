/* The device protocol of nicspec over standard input and output: JSON-RPC 2.0, one message a line. Nothing here is about one device.
 * libc alone. Standard output belongs to the protocol: print to standard error. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A value of a message. What is looked up and is not there is a null, of which everything is zero. */
typedef struct value value;

const value *member(const value *object, const char *name);
const value *element(const value *array, size_t index);
size_t length_of(const value *array);
bool is_there(const value *of);
bool truth(const value *of);
double number(const value *of);
/* Without its quotes; "" for what is no string. */
const char *text(const value *of);
bool is_text(const value *of, const char *expected);
/* A string in base64; answers the number of bytes, at most `room`. */
size_t bytes_of(const value *of, uint8_t *to, size_t room);

/* Writes JSON: of the result, or of what is told. `format` as of printf. An operation that puts nothing answers null. */
void put(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A string in base64, with its quotes. */
void put_bytes(const uint8_t *bytes, size_t length);

/* Tells the kernel: begin, put the JSON object of the parameters, end. Before the result is put. */
void tell_begin(const char *method);
void tell_end(void);

struct operation {
  /* Of the protocol: "netDevice.open". */
  const char *name;
  /* Puts the result, as JSON. */
  void (*answer)(const value *params);
};

/* Answers the kernel's calls until it closes its end. `adapter`: name and version, for evidence. The last operation has no name. */
int serve(const char *adapter, const struct operation *operations);

#endif
