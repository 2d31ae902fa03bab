/* The driver of the small switch chip: what the kernel asks, as the device protocol of nicspec says it. */
#include "chip.h"
#include "protocol.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 16384
#define ETH_ZLEN 60
#define EOPNOTSUPP 95
#define ENOSPC 28

enum { RX_PACKETS, TX_PACKETS, RX_BYTES, TX_BYTES, RX_ERRORS, MULTICAST, RX_LENGTH_ERRORS, RX_CRC_ERRORS, COUNTED };
/* The fields of struct rtnl_link_stats64 that a driver fills in; those behind COUNTED stay zero. */
static const char *const NAMES[] = {
    "rxPackets",    "txPackets",      "rxBytes",       "txBytes",       "rxErrors",     "multicast",       "rxLengthErrors",
    "rxCrcErrors",  "txErrors",       "rxDropped",     "txDropped",     "collisions",   "rxOverErrors",    "rxFrameErrors",
    "rxFifoErrors", "rxMissedErrors", "txAbortedErrors", "txCarrierErrors", "txFifoErrors", "txHeartbeatErrors", "txWindowErrors",
};
#define NAMED (sizeof NAMES / sizeof *NAMES)

struct mac {
  bool is_open, is_plugged, is_promiscuous, all_multicast;
  uint8_t address[6];
  uint8_t accepted[64][6];
  size_t accepts;
  uint64_t counters[COUNTED];
};

static struct chip chip;
static struct mac macs[PORTS];
static uint8_t frame[LONGEST + 8], formed[LONGEST + 8];

static void parse_mac(const char *text, uint8_t *address) {
  for (int i = 0; i < 6; i++) address[i] = (uint8_t)strtoul(text + 3 * i, NULL, 16);
}

static int port_of(const value *params) { return text(member(params, "port"))[1] - '0'; }

static void ok(const value *params) {
  (void)params;
  put("{\"ok\":true}");
}

static void refuse(int error, const char *message) { put("{\"ok\":false,\"errno\":%d,\"message\":\"%s\"}", error, message); }
static void nothing(const value *params) { (void)params; }

static void power_on(void) {
  chip_reset(&chip);
  memset(macs, 0, sizeof macs);
  for (int port = 0; port < PORTS; port++) {
    macs[port].is_plugged = true;
    memcpy(macs[port].address, (uint8_t[]){2, 0, 0, 0, 0x63, (uint8_t)(port + 1)}, 6);
  }
}

static void reset(const value *params) {
  (void)params;
  power_on();
}

static void describe(const value *params) {
  (void)params;
  static const char *const can[] = {
      "mtu", "mtu-enforced", "unicast-filter", "secondary-unicast-filter", "multicast-filter", "mac-address-change", "permanent-address",
      "multicast-statistics", "pads-short-frames", "switch-ports", "switchdev", "bridge-port-learning", "bridge-port-unicast-flood",
      "bridge-port-multicast-flood", "bridge-port-broadcast-flood", "bridge-port-hairpin", "bridge-port-isolated", "bridge-port-locked",
      "bridge-port-multicast-to-unicast", "switch-table-fillable",
  };
  put("{\"identity\":{\"vendor\":\"nicspec\",\"model\":\"C switch\",\"driver\":\"c-switch\",\"driverVersion\":\"1.0\",\"firmwareVersion\":\"1.0\"},\"ports\":[");
  for (int port = 0; port < PORTS; port++)
    put("%s{\"port\":\"p%d\",\"address\":\"02:00:00:00:63:%02x\",\"minMtu\":68,\"maxMtu\":9000,\"hwFeatures\":[],\"features\":[],"
        "\"vlanFeatures\":[],\"encapFeatures\":[],\"gsoPartialFeatures\":[],\"gsoMaxSize\":65536,\"gsoMaxSegs\":65535,\"maxFragments\":17,"
        "\"rxQueues\":1,\"txQueues\":1,\"unicastFilter\":true,\"switchId\":\"QyBzdw==\",\"physPortName\":\"p%d\"}",
        port == 0 ? "" : ",", port, port + 1, port + 1);
  put("],\"capabilities\":{");
  for (size_t i = 0; i < sizeof can / sizeof *can; i++) put("%s\"%s\":{\"present\":true}", i == 0 ? "" : ",", can[i]);
  put("}}");
}

static void advance(const value *params) {
  chip.now = strtoull(text(member(params, "now")), NULL, 10);
  uint64_t next;
  for (struct station *old; (old = chip_oldest(&chip, &next)) != NULL;) {
    const uint8_t *a = old->address;
    tell_begin("fdbForgotten");
    put("{\"port\":\"p%d\",\"entry\":{\"address\":\"%02x:%02x:%02x:%02x:%02x:%02x\",\"vid\":%u}}", old->port, a[0], a[1], a[2], a[3], a[4], a[5], old->vid);
    tell_end();
    old->is_used = false;
  }
  if (next != UINT64_MAX) put("\"%" PRIu64 "\"", next);
}

/* Frames. */

static void put_on_cable(int port, const uint8_t *bytes, size_t length) {
  struct mac *mac = &macs[port];
  mac->counters[TX_PACKETS]++;
  mac->counters[TX_BYTES] += length;
  static uint8_t padded[ETH_ZLEN];
  if (length < ETH_ZLEN) {
    memset(padded, 0, sizeof padded);
    memcpy(padded, bytes, length);
    bytes = padded;
    length = ETH_ZLEN;
  }
  if (!mac->is_plugged) return;
  tell_begin("transmitToCable");
  put("{\"port\":\"p%d\",\"frame\":{\"bytes\":", port);
  put_bytes(bytes, length);
  put("}}");
  tell_end();
}

static bool accepts(const struct mac *mac, const uint8_t *destination) {
  if (mac->is_promiscuous || memcmp(destination, "\xff\xff\xff\xff\xff\xff", 6) == 0) return true;
  if ((destination[0] & 1) && mac->all_multicast) return true;
  if (memcmp(destination, mac->address, 6) == 0) return true;
  for (size_t i = 0; i < mac->accepts; i++)
    if (memcmp(destination, mac->accepted[i], 6) == 0) return true;
  return false;
}

static void forward(int from, const struct verdict *verdict, size_t length) {
  for (int port = 0; port < PORTS; port++) {
    if (!(verdict->egress >> port & 1)) continue;
    size_t own = chip_form(&chip, port, verdict, frame, length, formed);
    if (own <= chip_longest(&chip, port, formed, own)) put_on_cable(port, formed, own);
  }
  if (verdict->learned == NULL) return;
  const uint8_t *a = verdict->learned->address;
  tell_begin("fdbLearned");
  put("{\"port\":\"p%d\",\"entry\":{\"address\":\"%02x:%02x:%02x:%02x:%02x:%02x\",\"vid\":%u}}", from, a[0], a[1], a[2], a[3], a[4], a[5], verdict->learned->vid);
  tell_end();
}

static uint32_t crc32(const uint8_t *bytes, size_t length) {
  uint32_t crc = 0xffffffff;
  for (size_t i = 0; i < length; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

static void receive(const value *params) {
  int port = port_of(params);
  struct mac *mac = &macs[port];
  const value *arrived = member(params, "frame"), *fcs = member(arrived, "fcs");
  size_t length = bytes_of(member(arrived, "bytes"), frame, LONGEST);
  if (!mac->is_open || !mac->is_plugged) return;
  bool is_damaged = is_there(fcs) && (uint32_t)number(fcs) != crc32(frame, length);
  if (is_damaged || length < ETH_ZLEN || length > chip_longest(&chip, port, frame, length)) {
    mac->counters[is_damaged ? RX_CRC_ERRORS : RX_LENGTH_ERRORS]++;
    mac->counters[RX_ERRORS]++;
    return;
  }
  struct verdict verdict = {.host = TRAPPED};
  bool is_bridged = chip.ports[port].is_bridged;
  if (is_bridged) {
    verdict = chip_decide(&chip, port, frame, length);
    forward(port, &verdict, length);
  } else if (!accepts(mac, frame)) {
    return;
  }
  mac->counters[RX_PACKETS]++;
  mac->counters[RX_BYTES] += length;
  if ((frame[0] & 1) && memcmp(frame, "\xff\xff\xff\xff\xff\xff", 6) != 0) mac->counters[MULTICAST]++;
  if (verdict.host == NOT_FOR_HOST) return;
  tell_begin("receive");
  put("{\"port\":\"p%d\",\"frames\":[{\"bytes\":", port);
  put_bytes(frame, length);
  put(",\"queue\":0,\"checksum\":{\"status\":\"none\"}%s}]}", verdict.host == COPIED ? ",\"offloadForwardMark\":true" : "");
  tell_end();
}

static void transmit(const value *params) {
  int port = port_of(params);
  size_t length = bytes_of(member(member(params, "frame"), "bytes"), frame, LONGEST);
  put_on_cable(port, frame, length);
  tell_begin("transmitCompleted");
  put("{\"port\":\"p%d\",\"queue\":0,\"completion\":{}}", port);
  tell_end();
  put("\"ok\"");
}

/* The port as a net device. */

static void tell_carrier(int port) {
  tell_begin("carrier");
  put("{\"port\":\"p%d\",\"up\":%s}", port, macs[port].is_open && macs[port].is_plugged ? "true" : "false");
  tell_end();
}

static void set_carrier(const value *params) {
  macs[port_of(params)].is_plugged = truth(member(params, "up"));
  tell_carrier(port_of(params));
}

static void open_port(const value *params) {
  macs[port_of(params)].is_open = true;
  tell_carrier(port_of(params));
  ok(params);
}

static void stop_port(const value *params) {
  macs[port_of(params)].is_open = false;
  tell_carrier(port_of(params));
  ok(params);
}

static void no_features(const value *params) {
  (void)params;
  put("[]");
}

static void set_address(const value *params) {
  parse_mac(text(member(params, "address")), macs[port_of(params)].address);
  ok(params);
}

static void set_rx_mode(const value *params) {
  struct mac *mac = &macs[port_of(params)];
  const value *mode = member(params, "mode");
  mac->is_promiscuous = truth(member(mode, "promiscuous"));
  mac->all_multicast = truth(member(mode, "allMulticast"));
  mac->accepts = 0;
  for (int kind = 0; kind < 2; kind++) {
    const value *list = member(mode, kind == 0 ? "unicast" : "multicast");
    for (size_t i = 0; i < length_of(list); i++) {
      /* More than the filter has room for: it lets everything of the kind pass. */
      if (mac->accepts == sizeof mac->accepted / sizeof *mac->accepted) *(kind == 0 ? &mac->is_promiscuous : &mac->all_multicast) = true;
      else parse_mac(text(element(list, i)), mac->accepted[mac->accepts++]);
    }
  }
}

static void change_mtu(const value *params) {
  chip.ports[port_of(params)].mtu = (uint32_t)number(member(params, "mtu"));
  ok(params);
}

static void statistics(const value *params) {
  const struct mac *mac = &macs[port_of(params)];
  for (size_t i = 0; i < NAMED; i++) put("%s\"%s\":%" PRIu64, i == 0 ? "{" : ",", NAMES[i], i < COUNTED ? mac->counters[i] : 0);
  put("}");
}

/* switchdev. */

static const struct port_flags AT_JOIN = {.learning = true, .unicast_flood = true, .broadcast_flood = true};

static void join(const value *params) {
  const value *bridge = member(params, "bridge");
  int id = (int)number(member(bridge, "id"));
  if (chip.bridge != 0 && chip.bridge != id) {
    refuse(EOPNOTSUPP, "the chip holds one bridge");
    return;
  }
  chip.bridge = id;
  chip.filters_vlans = truth(member(bridge, "vlanFiltering"));
  chip.vlan_protocol = (uint16_t)number(member(bridge, "vlanProtocol"));
  chip.ageing_time = strtoull(text(member(bridge, "ageingTime")), NULL, 10);
  struct chip_port *port = &chip.ports[port_of(params)];
  port->is_bridged = true;
  port->flags = AT_JOIN;
  put("{\"ok\":true,\"value\":1}");
}

static void leave(const value *params) {
  int index = port_of(params);
  struct chip_port *port = &chip.ports[index];
  chip_flush(&chip, index, -1);
  for (int vid = 0; vid < VLANS; vid++) {
    chip.members[vid] &= (uint8_t) ~(1u << index);
    chip.untagged[vid] &= (uint8_t) ~(1u << index);
  }
  *port = (struct chip_port){.mtu = port->mtu};
  for (int each = 0; each < PORTS; each++)
    if (chip.ports[each].is_bridged) return;
  memset(chip.stations, 0, sizeof chip.stations);
  chip.bridge = 0;
}

static void set_port_attribute(const value *params) {
  int index = port_of(params);
  struct chip_port *port = &chip.ports[index];
  const value *attribute = member(params, "attribute"), *kind = member(attribute, "kind");
  if (is_text(kind, "stp-state")) {
    port->stp_state = (int)number(member(attribute, "state"));
  } else if (is_text(kind, "flags")) {
    const value *flags = member(attribute, "flags");
    port->flags = (struct port_flags){
        .learning = truth(member(flags, "learning")),
        .unicast_flood = truth(member(flags, "unicastFlood")),
        .broadcast_flood = truth(member(flags, "broadcastFlood")),
        .isolated = truth(member(flags, "isolated")),
        .hairpin = truth(member(flags, "hairpin")),
        .locked = truth(member(flags, "locked")),
    };
  } else if (is_text(kind, "flush")) {
    const value *vid = member(attribute, "vid");
    chip_flush(&chip, index, is_there(vid) ? (int)number(vid) : -1);
  }
  /* Where multicast routers are is nothing to a chip that leaves groups to the host. */
  ok(params);
}

static void set_bridge_attribute(const value *params) {
  const value *attribute = member(params, "attribute"), *kind = member(attribute, "kind");
  if (is_text(kind, "ageing-time")) chip.ageing_time = strtoull(text(member(attribute, "ageingTime")), NULL, 10);
  else if (is_text(kind, "vlan-filtering")) chip.filters_vlans = truth(member(attribute, "on"));
  else if (is_text(kind, "vlan-protocol")) chip.vlan_protocol = (uint16_t)number(member(attribute, "protocol"));
  ok(params);
}

static void change_vlan(const value *params, bool add) {
  int index = port_of(params);
  const value *object = member(params, "object");
  uint16_t vid = (uint16_t)number(member(object, "vid"));
  uint8_t bit = (uint8_t)(1u << index);
  chip.members[vid] = add ? chip.members[vid] | bit : chip.members[vid] & (uint8_t)~bit;
  bool untagged = add && truth(member(object, "untagged"));
  chip.untagged[vid] = untagged ? chip.untagged[vid] | bit : chip.untagged[vid] & (uint8_t)~bit;
  if (add && truth(member(object, "pvid"))) chip.ports[index].pvid = vid;
  else if (chip.ports[index].pvid == vid) chip.ports[index].pvid = 0;
}

static void add_object(const value *params) {
  if (!is_text(member(member(params, "object"), "kind"), "vlan")) {
    refuse(EOPNOTSUPP, "the chip leaves groups to the host");
    return;
  }
  change_vlan(params, true);
  ok(params);
}

static void remove_object(const value *params) {
  if (is_text(member(member(params, "object"), "kind"), "vlan")) change_vlan(params, false);
}

static struct station *place(const value *entry) {
  uint8_t address[6];
  parse_mac(text(member(entry, "address")), address);
  return chip_place(&chip, address, (uint16_t)number(member(entry, "vid")));
}

static void add_fdb(const value *params) {
  const value *entry = member(params, "entry");
  struct station *station = place(entry);
  if (station == NULL) {
    refuse(ENOSPC, "the forwarding database of the switch is full");
    return;
  }
  station->port = port_of(params);
  station->is_host = false;
  station->is_static = truth(member(entry, "isStatic"));
  station->is_sticky = truth(member(entry, "isSticky"));
  station->seen = chip.now;
  ok(params);
}

static void add_host_fdb(const value *params) {
  struct station *station = place(member(params, "entry"));
  if (station != NULL) station->is_host = station->is_static = true;
}

static void remove_fdb(const value *params) {
  const value *entry = member(params, "entry");
  uint8_t address[6];
  parse_mac(text(member(entry, "address")), address);
  struct station *station = chip_find(&chip, address, (uint16_t)number(member(entry, "vid")));
  if (station != NULL) *station = (struct station){0};
}

static const struct operation OPERATIONS[] = {
    {"describe", describe},
    {"attach", nothing},
    {"reset", reset},
    {"close", nothing},
    {"advance", advance},
    {"cable.receive", receive},
    {"cable.setCarrier", set_carrier},
    {"cable.setPartner", nothing},
    {"netDevice.open", open_port},
    {"netDevice.stop", stop_port},
    {"netDevice.transmit", transmit},
    {"netDevice.setPolling", nothing},
    {"netDevice.setFeatures", ok},
    {"netDevice.features", no_features},
    {"netDevice.setMacAddress", set_address},
    {"netDevice.setRxMode", set_rx_mode},
    {"netDevice.changeMtu", change_mtu},
    {"netDevice.statistics", statistics},
    {"switchdev.join", join},
    {"switchdev.leave", leave},
    {"switchdev.setPortAttribute", set_port_attribute},
    {"switchdev.setBridgeAttribute", set_bridge_attribute},
    {"switchdev.addObject", add_object},
    {"switchdev.removeObject", remove_object},
    {"switchdev.addHostObject", nothing},
    {"switchdev.removeHostObject", nothing},
    {"switchdev.addFdb", add_fdb},
    {"switchdev.removeFdb", remove_fdb},
    {"switchdev.addHostFdb", add_host_fdb},
    {"switchdev.removeHostFdb", remove_fdb},
    {NULL, NULL},
};

int main(void) {
  power_on();
  return serve("c-switch 1.0", OPERATIONS);
}
