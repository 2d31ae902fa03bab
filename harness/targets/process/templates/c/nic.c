/* A NIC of one port that sends and receives, and can do nothing else yet. Look for TODO.
 *
 *     make && npx nicspec adapter check ./nic
 *     npx nicspec run --target process:./nic --profile virtual-nic
 */
#include "protocol.h"

#define PORT "p0"
#define LONGEST 65536

static bool is_open, is_plugged = true;
static uint8_t frame[LONGEST];

/* The fields of struct rtnl_link_stats64 that a driver fills in. */
static struct {
  const char *name;
  uint64_t value;
} counters[] = {
    {"rxPackets", 0},      {"txPackets", 0},       {"rxBytes", 0},        {"txBytes", 0},          {"rxErrors", 0},
    {"txErrors", 0},       {"rxDropped", 0},       {"txDropped", 0},      {"multicast", 0},        {"collisions", 0},
    {"rxLengthErrors", 0}, {"rxOverErrors", 0},    {"rxCrcErrors", 0},    {"rxFrameErrors", 0},    {"rxFifoErrors", 0},
    {"rxMissedErrors", 0}, {"txAbortedErrors", 0}, {"txCarrierErrors", 0}, {"txFifoErrors", 0},     {"txHeartbeatErrors", 0},
    {"txWindowErrors", 0},
};
enum { RX_PACKETS, TX_PACKETS, RX_BYTES, TX_BYTES };
#define COUNTERS (sizeof counters / sizeof *counters)

static void describe(const value *params) {
  (void)params;
  /* TODO: who the device is; what can be switched and what is on, by the names that ethtool -k shows; and what it can do (npx nicspec
   * list capabilities). What is claimed is tested. */
  put("{\"identity\":{\"vendor\":\"ACME\",\"model\":\"NIC\",\"driver\":\"acme\",\"driverVersion\":\"0.1\",\"firmwareVersion\":\"0.1\"},"
      "\"ports\":[{\"port\":\"" PORT "\",\"address\":\"02:00:00:00:00:01\",\"minMtu\":68,\"maxMtu\":1500,"
      "\"hwFeatures\":[],\"features\":[],\"vlanFeatures\":[],\"encapFeatures\":[],\"gsoPartialFeatures\":[],"
      "\"gsoMaxSize\":65536,\"gsoMaxSegs\":65535,\"maxFragments\":17,\"rxQueues\":1,\"txQueues\":1,\"unicastFilter\":false}],"
      "\"capabilities\":{}}");
}

static void nothing_to_do(const value *params) { (void)params; }

static void ok(const value *params) {
  (void)params;
  put("{\"ok\":true}");
}

static void reset(const value *params) {
  (void)params;
  is_open = false;
  is_plugged = true;
  for (size_t i = 0; i < COUNTERS; i++) counters[i].value = 0;
}

static void tell_carrier(void) {
  tell_begin("carrier");
  put("{\"port\":\"" PORT "\",\"up\":%s}", is_open && is_plugged ? "true" : "false");
  tell_end();
}

/* The far end of the cable: in hardware this is physics. */

static void set_carrier(const value *params) {
  is_plugged = truth(member(params, "up"));
  tell_carrier();
}

static void receive(const value *params) {
  if (!is_open) return;
  const value *arrived = member(params, "frame");
  size_t length = bytes_of(member(arrived, "bytes"), frame, sizeof frame);
  /* TODO: a frame whose check sequence (member "fcs") is wrong is counted in rxCrcErrors and rxErrors, and goes nowhere. */
  counters[RX_PACKETS].value++;
  counters[RX_BYTES].value += length;
  tell_begin("receive");
  put("{\"port\":\"" PORT "\",\"frames\":[{\"bytes\":");
  put_bytes(frame, length);
  put(",\"queue\":0,\"checksum\":{\"status\":\"none\"}}]}");
  tell_end();
}

/* ndo_*: what every driver has. One of ethtool_ops is "ethtool.getRings", and so on. */

static void open_port(const value *params) {
  is_open = true;
  tell_carrier();
  ok(params);
}

static void stop_port(const value *params) {
  is_open = false;
  tell_carrier();
  ok(params);
}

static void transmit(const value *params) {
  const value *sent = member(params, "frame");
  size_t length = bytes_of(member(sent, "bytes"), frame, sizeof frame);
  counters[TX_PACKETS].value++;
  counters[TX_BYTES].value += length;
  /* TODO: a frame of less than 60 bytes is padded with zeros. */
  tell_begin("transmitToCable");
  put("{\"port\":\"" PORT "\",\"frame\":{\"bytes\":");
  put_bytes(frame, length);
  put("}}");
  tell_end();
  tell_begin("transmitCompleted");
  put("{\"port\":\"" PORT "\",\"queue\":%d,\"completion\":{}}", (int)number(member(params, "queue")));
  tell_end();
  put("\"ok\"");
}

static void features(const value *params) {
  (void)params;
  put("[]");
}

static void statistics(const value *params) {
  (void)params;
  for (size_t i = 0; i < COUNTERS; i++)
    put("%s\"%s\":%llu", i == 0 ? "{" : ",", counters[i].name, (unsigned long long)counters[i].value);
  put("}");
}

static const struct operation OPERATIONS[] = {
    {"describe", describe},
    {"attach", nothing_to_do},
    {"reset", reset},
    {"close", nothing_to_do},
    /* It is `now`, in nanoseconds as a string of digits: put when to be called next, likewise, or nothing. */
    {"advance", nothing_to_do},
    {"cable.setCarrier", set_carrier},
    {"cable.setPartner", nothing_to_do},
    {"cable.receive", receive},
    {"netDevice.open", open_port},
    {"netDevice.stop", stop_port},
    {"netDevice.transmit", transmit},
    {"netDevice.setPolling", nothing_to_do},
    {"netDevice.setFeatures", ok},
    {"netDevice.features", features},
    {"netDevice.setMacAddress", ok},
    {"netDevice.setRxMode", nothing_to_do},
    {"netDevice.changeMtu", ok},
    {"netDevice.statistics", statistics},
    {NULL, NULL},
};

int main(void) { return serve("acme-nic 0.1", OPERATIONS); }
