/* A small switch chip: four ports, one bridge, VLANs, a table of 1024 stations. What it does with a frame, and nothing of how it is told. */
#ifndef CHIP_H
#define CHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PORTS 4
#define VLANS 4096
#define STATIONS 1024
#define NOWHERE (-1)

/* linux/if_bridge.h */
enum { BR_STATE_DISABLED, BR_STATE_LISTENING, BR_STATE_LEARNING, BR_STATE_FORWARDING, BR_STATE_BLOCKING };

struct station {
  bool is_used, is_host, is_static, is_sticky;
  uint8_t address[6];
  uint16_t vid;
  int port;
  uint64_t seen; /* nanoseconds */
};

struct port_flags {
  bool learning, unicast_flood, broadcast_flood, isolated, hairpin, locked;
};

struct chip_port {
  bool is_bridged;
  int stp_state;
  struct port_flags flags;
  uint16_t pvid;
  uint32_t mtu;
};

struct chip {
  int bridge; /* the kernel's number of the one bridge, 0: none */
  bool filters_vlans;
  uint16_t vlan_protocol;
  uint64_t ageing_time, now;
  struct chip_port ports[PORTS];
  uint8_t members[VLANS], untagged[VLANS]; /* bits of ports */
  struct station stations[STATIONS];
};

/* What becomes of a frame. */
struct verdict {
  uint32_t egress; /* bits of ports */
  enum { NOT_FOR_HOST, TRAPPED, COPIED } host;
  uint16_t vid;
  bool is_tagged;
  struct station *learned; /* new, or at another port than before */
};

void chip_reset(struct chip *chip);
struct verdict chip_decide(struct chip *chip, int port, const uint8_t *frame, size_t length);
/* As the frame leaves the port; answers its length. `to` has room for four bytes more. */
size_t chip_form(const struct chip *chip, int port, const struct verdict *verdict, const uint8_t *frame, size_t length, uint8_t *to);
struct station *chip_find(struct chip *chip, const uint8_t *address, uint16_t vid);
/* One that is there, or a free one for it; NULL if the table is full. */
struct station *chip_place(struct chip *chip, const uint8_t *address, uint16_t vid);
/* Forgets what was learned at a port, in a VLAN or in all (-1). */
void chip_flush(struct chip *chip, int port, int vid);
/* One that is too old, with which `*next` is when the next one will be; NULL if there is none. */
struct station *chip_oldest(struct chip *chip, uint64_t *next);
/* Bytes that a frame may have at a port. */
size_t chip_longest(const struct chip *chip, int port, const uint8_t *frame, size_t length);

#endif
