/* SPDX-License-Identifier: Apache-2.0 */
#include "agent.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A handle is an index here, plus one. */
static struct end **ends;
static uint32_t end_count;

struct end *end_of(uint32_t handle, enum end_kind kind) {
  if (handle == 0 || handle > end_count || ends[handle - 1] == NULL) return NULL;
  struct end *end = ends[handle - 1];
  return end->kind == kind ? end : NULL;
}

uint32_t new_end(enum end_kind kind) {
  uint32_t slot = 0;
  while (slot < end_count && ends[slot] != NULL) slot++;
  if (slot == end_count) {
    ends = must_alloc(ends, (end_count + 1) * sizeof *ends);
    end_count++;
  }
  ends[slot] = must_alloc(NULL, sizeof **ends);
  memset(ends[slot], 0, sizeof **ends);
  ends[slot]->kind = kind;
  ends[slot]->fd = ends[slot]->sender = -1;
  return slot + 1;
}

void close_end(uint32_t handle) {
  if (handle == 0 || handle > end_count || ends[handle - 1] == NULL) return;
  struct end *end = ends[handle - 1];
  if (end->fd >= 0) close(end->fd);
  if (end->sender >= 0) close(end->sender);
  free(end->frames.bytes);
  free(end->stamps.bytes);
  free(end);
  ends[handle - 1] = NULL;
}

void close_all_ends(void) {
  for (uint32_t handle = 1; handle <= end_count; handle++) close_end(handle);
}
