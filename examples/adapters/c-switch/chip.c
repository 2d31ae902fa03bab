#include "chip.h"

#include <string.h>

#define ETH_HLEN 14
#define VLAN_HLEN 4

static bool is_group(const uint8_t *address) { return address[0] & 1; }
static bool is_zero(const uint8_t *address) { return memcmp(address, "\0\0\0\0\0\0", 6) == 0; }
static bool is_broadcast(const uint8_t *address) { return memcmp(address, "\xff\xff\xff\xff\xff\xff", 6) == 0; }
static bool is_link_local(const uint8_t *address) { return memcmp(address, "\x01\x80\xc2\0\0", 5) == 0 && address[5] < 16; }
static uint16_t word(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }

void chip_reset(struct chip *chip) {
  memset(chip, 0, sizeof *chip);
  chip->vlan_protocol = 0x8100;
  for (int port = 0; port < PORTS; port++) chip->ports[port].mtu = 1500;
}

struct station *chip_find(struct chip *chip, const uint8_t *address, uint16_t vid) {
  for (int i = 0; i < STATIONS; i++) {
    struct station *each = &chip->stations[i];
    if (each->is_used && each->vid == vid && memcmp(each->address, address, 6) == 0) return each;
  }
  return NULL;
}

struct station *chip_place(struct chip *chip, const uint8_t *address, uint16_t vid) {
  struct station *found = chip_find(chip, address, vid);
  for (int i = 0; found == NULL && i < STATIONS; i++) {
    if (chip->stations[i].is_used) continue;
    found = &chip->stations[i];
    *found = (struct station){.is_used = true, .vid = vid, .port = NOWHERE, .seen = chip->now};
    memcpy(found->address, address, 6);
  }
  return found;
}

void chip_flush(struct chip *chip, int port, int vid) {
  for (int i = 0; i < STATIONS; i++) {
    struct station *each = &chip->stations[i];
    if (each->port == port && !each->is_static && !each->is_host && (vid < 0 || each->vid == vid)) each->is_used = false;
  }
}

struct station *chip_oldest(struct chip *chip, uint64_t *next) {
  *next = UINT64_MAX;
  for (int i = 0; i < STATIONS; i++) {
    struct station *each = &chip->stations[i];
    if (!each->is_used || each->is_static || each->is_host) continue;
    uint64_t end = each->seen + chip->ageing_time;
    if (end <= chip->now) return each;
    if (end < *next) *next = end;
  }
  return NULL;
}

/* The VLAN of the frame; false: the port is in none that it belongs to. */
static bool classify(const struct chip *chip, int port, const uint8_t *frame, size_t length, struct verdict *verdict) {
  verdict->is_tagged = word(frame + 12) == chip->vlan_protocol && length >= ETH_HLEN + VLAN_HLEN;
  uint16_t tagged = verdict->is_tagged ? word(frame + 14) & 0xfff : 0;
  verdict->vid = tagged != 0 ? tagged : chip->ports[port].pvid;
  return verdict->vid != 0 && (chip->members[verdict->vid] >> port & 1);
}

static void learn(struct chip *chip, int port, const uint8_t *frame, struct verdict *verdict) {
  struct station *source = chip_place(chip, frame + 6, verdict->vid);
  if (source == NULL || source->is_host) return;
  source->seen = chip->now;
  if (source->port == port || (source->is_sticky && source->port != NOWHERE)) return;
  source->port = port;
  verdict->learned = source;
}

static uint32_t floods(const struct chip *chip, bool broadcast) {
  uint32_t ports = 0;
  for (int port = 0; port < PORTS; port++) {
    const struct port_flags *flags = &chip->ports[port].flags;
    if (broadcast ? flags->broadcast_flood : flags->unicast_flood) ports |= 1u << port;
  }
  return ports;
}

/* Of those ports, the ones that the frame may leave: never back, unless the port is a hairpin, and never between isolated ones. */
static uint32_t allowed(const struct chip *chip, int from, const struct verdict *verdict, uint32_t wanted) {
  const struct chip_port *source = &chip->ports[from];
  uint32_t ports = 0;
  for (int port = 0; port < PORTS; port++) {
    const struct chip_port *each = &chip->ports[port];
    if (!(wanted >> port & 1) || !each->is_bridged || each->stp_state != BR_STATE_FORWARDING) continue;
    if (port == from && !source->flags.hairpin) continue;
    if (each->flags.isolated && source->flags.isolated) continue;
    if (chip->filters_vlans && !(chip->members[verdict->vid] >> port & 1)) continue;
    ports |= 1u << port;
  }
  return ports;
}

struct verdict chip_decide(struct chip *chip, int port, const uint8_t *frame, size_t length) {
  struct verdict verdict = {0};
  const struct chip_port *own = &chip->ports[port];
  if (is_link_local(frame)) {
    verdict.host = TRAPPED;
    return verdict;
  }
  if (is_group(frame + 6) || is_zero(frame + 6)) return verdict;
  if (chip->filters_vlans && !classify(chip, port, frame, length, &verdict)) return verdict;
  struct station *source = chip_find(chip, frame + 6, verdict.vid);
  if (own->flags.locked && (source == NULL || source->port != port)) return verdict;
  bool learns = own->stp_state == BR_STATE_FORWARDING || own->stp_state == BR_STATE_LEARNING;
  if (learns && own->flags.learning && chip->ageing_time > 0) learn(chip, port, frame, &verdict);
  if (own->stp_state != BR_STATE_FORWARDING) return verdict;
  if (is_group(frame)) {
    /* The chip knows no groups: the host's bridge forwards their frames. */
    if (!is_broadcast(frame)) {
      verdict.host = TRAPPED;
      return verdict;
    }
    verdict.host = COPIED;
    verdict.egress = allowed(chip, port, &verdict, floods(chip, true));
    return verdict;
  }
  struct station *to = chip_find(chip, frame, verdict.vid);
  if (to != NULL && to->is_host) {
    verdict.host = TRAPPED;
    return verdict;
  }
  if (to == NULL) verdict.host = COPIED;
  uint32_t wanted = to == NULL ? floods(chip, false) : to->port == NOWHERE ? 0 : 1u << to->port;
  verdict.egress = allowed(chip, port, &verdict, wanted);
  return verdict;
}

size_t chip_form(const struct chip *chip, int port, const struct verdict *verdict, const uint8_t *frame, size_t length, uint8_t *to) {
  bool wants_tag = chip->filters_vlans && !(chip->untagged[verdict->vid] >> port & 1);
  if (!chip->filters_vlans || (wants_tag && verdict->is_tagged && (word(frame + 14) & 0xfff) != 0) ||
      (!wants_tag && !verdict->is_tagged)) {
    memcpy(to, frame, length);
    return length;
  }
  size_t rest = verdict->is_tagged ? 12 + VLAN_HLEN : 12;
  size_t at = 12;
  memcpy(to, frame, 12);
  if (wants_tag) {
    /* A priority tag has no VID: it becomes the tag of the VLAN, with its priority. */
    uint16_t tci = (uint16_t)((verdict->is_tagged ? word(frame + 14) & 0xf000 : 0) | verdict->vid);
    uint8_t tag[] = {(uint8_t)(chip->vlan_protocol >> 8), (uint8_t)chip->vlan_protocol, (uint8_t)(tci >> 8), (uint8_t)tci};
    memcpy(to + at, tag, sizeof tag);
    at += sizeof tag;
  }
  memcpy(to + at, frame + rest, length - rest);
  return length - rest + at;
}

size_t chip_longest(const struct chip *chip, int port, const uint8_t *frame, size_t length) {
  size_t tags = 0;
  while (tags < 2 && 14 + 4 * tags <= length && (word(frame + 12 + 4 * tags) == 0x8100 || word(frame + 12 + 4 * tags) == 0x88a8)) tags++;
  return chip->ports[port].mtu + ETH_HLEN + VLAN_HLEN * tags;
}
