/* SPDX-License-Identifier: Apache-2.0 */
/* Ioctls of net devices, and the look-ups of the C library that use them inside, where they cannot be replaced. */
#include "shim.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

enum { MOST_WORDS = 127, LONGEST_COMMAND = 160 << 10, MOST_DEVICES = 4096 };

/* How long the struct behind SIOCETHTOOL is: what the command says itself, or the size of its struct. 0: not known. */
static size_t command_length(const uint8_t *bytes) {
  uint32_t command;
  memcpy(&command, bytes, sizeof command);
#define FIELD(type, member) (((const struct type *)bytes)->member)
  switch (command) {
    case ETHTOOL_GSET:
    case ETHTOOL_SSET: return sizeof(struct ethtool_cmd);
    case ETHTOOL_GDRVINFO: return sizeof(struct ethtool_drvinfo);
    case ETHTOOL_GREGS: return sizeof(struct ethtool_regs) + FIELD(ethtool_regs, len);
    case ETHTOOL_GWOL:
    case ETHTOOL_SWOL: return sizeof(struct ethtool_wolinfo);
    case ETHTOOL_GEEPROM:
    case ETHTOOL_SEEPROM:
    case ETHTOOL_GMODULEEEPROM: return sizeof(struct ethtool_eeprom) + FIELD(ethtool_eeprom, len);
    case ETHTOOL_GMODULEINFO: return sizeof(struct ethtool_modinfo);
    case ETHTOOL_GCOALESCE:
    case ETHTOOL_SCOALESCE: return sizeof(struct ethtool_coalesce);
    case ETHTOOL_GRINGPARAM:
    case ETHTOOL_SRINGPARAM: return sizeof(struct ethtool_ringparam);
    case ETHTOOL_GPAUSEPARAM:
    case ETHTOOL_SPAUSEPARAM: return sizeof(struct ethtool_pauseparam);
    case ETHTOOL_TEST: return sizeof(struct ethtool_test) + 8 * (size_t)FIELD(ethtool_test, len);
    case ETHTOOL_GSTRINGS: return sizeof(struct ethtool_gstrings) + ETH_GSTRING_LEN * (size_t)FIELD(ethtool_gstrings, len);
    case ETHTOOL_GSTATS:
    case ETHTOOL_GPHYSTATS: return sizeof(struct ethtool_stats) + 8 * (size_t)FIELD(ethtool_stats, n_stats);
    case ETHTOOL_GSSET_INFO:
      return sizeof(struct ethtool_sset_info) +
             4 * (size_t)__builtin_popcountll(FIELD(ethtool_sset_info, sset_mask));
    case ETHTOOL_GPERMADDR: return sizeof(struct ethtool_perm_addr) + FIELD(ethtool_perm_addr, size);
    case ETHTOOL_FLASHDEV: return sizeof(struct ethtool_flash);
    case ETHTOOL_RESET: return sizeof(struct ethtool_value);
    case ETHTOOL_GRXFH:
    case ETHTOOL_SRXFH: /* older tools pass the first three members alone; the rest is there in every tool of today */
    case ETHTOOL_GRXRINGS:
    case ETHTOOL_GRXCLSRLCNT:
    case ETHTOOL_GRXCLSRULE:
    case ETHTOOL_SRXCLSRLDEL:
    case ETHTOOL_SRXCLSRLINS: return sizeof(struct ethtool_rxnfc);
    case ETHTOOL_GRXCLSRLALL: return sizeof(struct ethtool_rxnfc) + 4 * (size_t)FIELD(ethtool_rxnfc, rule_cnt);
    case ETHTOOL_GRXFHINDIR:
    case ETHTOOL_SRXFHINDIR: return sizeof(struct ethtool_rxfh_indir) + 4 * (size_t)FIELD(ethtool_rxfh_indir, size);
    case ETHTOOL_GRSSH:
    case ETHTOOL_SRSSH: {
      /* ETH_RXFH_INDIR_NO_CHANGE is no length. */
      uint32_t entries = FIELD(ethtool_rxfh, indir_size);
      return sizeof(struct ethtool_rxfh) + 4 * (size_t)(entries == 0xffffffff ? 0 : entries) +
             FIELD(ethtool_rxfh, key_size);
    }
    case ETHTOOL_GFEATURES:
      return sizeof(struct ethtool_gfeatures) +
             sizeof(struct ethtool_get_features_block) * (size_t)FIELD(ethtool_gfeatures, size);
    case ETHTOOL_SFEATURES:
      return sizeof(struct ethtool_sfeatures) +
             sizeof(struct ethtool_set_features_block) * (size_t)FIELD(ethtool_sfeatures, size);
    case ETHTOOL_GCHANNELS:
    case ETHTOOL_SCHANNELS: return sizeof(struct ethtool_channels);
    case ETHTOOL_GET_DUMP_FLAG:
    case ETHTOOL_SET_DUMP: return sizeof(struct ethtool_dump);
    case ETHTOOL_GET_DUMP_DATA: return sizeof(struct ethtool_dump) + FIELD(ethtool_dump, len);
    case ETHTOOL_GET_TS_INFO: return sizeof(struct ethtool_ts_info);
    case ETHTOOL_GEEE:
    case ETHTOOL_SEEE: return sizeof(struct ethtool_eee);
    case ETHTOOL_GTUNABLE:
    case ETHTOOL_STUNABLE:
    case ETHTOOL_PHY_GTUNABLE:
    case ETHTOOL_PHY_STUNABLE: return sizeof(struct ethtool_tunable) + FIELD(ethtool_tunable, len);
    case ETHTOOL_GLINKSETTINGS:
    case ETHTOOL_SLINKSETTINGS: {
      int words = FIELD(ethtool_link_settings, link_mode_masks_nwords);
      return sizeof(struct ethtool_link_settings) + 12 * (size_t)(words > 0 && words <= MOST_WORDS ? words : 0);
    }
    case ETHTOOL_GFECPARAM:
    case ETHTOOL_SFECPARAM: return sizeof(struct ethtool_fecparam);
    case ETHTOOL_PERQUEUE: return 0;
    default: return sizeof(struct ethtool_value);
  }
#undef FIELD
}

static int ethtool_ioctl(struct ifreq *request) {
  if (request->ifr_data == NULL) {
    errno = EFAULT;
    return -1;
  }
  uint32_t command;
  memcpy(&command, request->ifr_data, sizeof command);
  size_t length = command_length((const uint8_t *)request->ifr_data);
  if (length == 0 || length > LONGEST_COMMAND) {
    note("SIOCETHTOOL with command 0x%x is not redirected", command);
    errno = EOPNOTSUPP;
    return -1;
  }
  uint8_t *bytes = malloc(IFNAMSIZ + length);
  if (bytes == NULL) return -1;
  memcpy(bytes, request->ifr_name, IFNAMSIZ);
  memcpy(bytes + IFNAMSIZ, request->ifr_data, length);
  struct question question = {.operation = ETHTOOL_IOCTL, .words = {command}};
  struct answer answer;
  ssize_t got = ask(&question, bytes, IFNAMSIZ + length, &answer, bytes, IFNAMSIZ + length);
  if (got > 0) memcpy(request->ifr_data, bytes, (size_t)got <= length ? (size_t)got : length);
  int error = errno;
  free(bytes);
  errno = error;
  return got < 0 ? -1 : 0;
}

/* A list of what fits: the answer has one struct ifreq for each address. */
static int device_list(struct ifconf *list) {
  struct question question = {.operation = DEVICE_IOCTL, .words = {SIOCGIFCONF}};
  struct answer answer;
  struct ifreq *all = calloc(MOST_DEVICES, sizeof *all), none = {0};
  if (all == NULL) return -1;
  ssize_t got = ask(&question, &none, sizeof none, &answer, all, MOST_DEVICES * sizeof *all);
  if (got >= 0) {
    size_t fits = list->ifc_buf == NULL ? (size_t)got : (size_t)list->ifc_len / sizeof *all * sizeof *all;
    if (fits > (size_t)got) fits = (size_t)got;
    if (list->ifc_buf != NULL) memcpy(list->ifc_buf, all, fits);
    list->ifc_len = (int)fits;
  }
  free(all);
  return got < 0 ? -1 : 0;
}

/* Net devices have the requests from SIOCADDRT on; what is below is of the socket itself. */
static bool is_of_devices(unsigned long request) { return request >= SIOCADDRT && request <= 0x89ff; }

int device_ioctl(unsigned long request, void *argument) {
  if (request == SIOCETHTOOL) return ethtool_ioctl(argument);
  if (request == SIOCGIFCONF) return device_list(argument);
  if (argument == NULL) {
    errno = EFAULT;
    return -1;
  }
  struct question question = {.operation = DEVICE_IOCTL, .words = {(uint32_t)request}};
  struct answer answer;
  return ask(&question, argument, sizeof(struct ifreq), &answer, argument, sizeof(struct ifreq)) < 0 ? -1 : 0;
}

int ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  return is_of_devices(request) ? device_ioctl(request, argument) : NEXT(ioctl)(fd, request, argument);
}

unsigned int if_nametoindex(const char *name) {
  struct ifreq request = {0};
  if (name == NULL || strlen(name) >= IFNAMSIZ) {
    errno = ENODEV;
    return 0;
  }
  strcpy(request.ifr_name, name);
  return device_ioctl(SIOCGIFINDEX, &request) < 0 ? 0 : (unsigned int)request.ifr_ifindex;
}

char *if_indextoname(unsigned int index, char name[IF_NAMESIZE]) {
  struct ifreq request = {.ifr_ifindex = (int)index};
  if (device_ioctl(SIOCGIFNAME, &request) < 0) {
    if (errno == ENODEV) errno = ENXIO;
    return NULL;
  }
  return memcpy(name, request.ifr_name, IFNAMSIZ);
}

struct if_nameindex *if_nameindex(void) {
  struct if_nameindex *list = calloc(MOST_DEVICES + 1, sizeof *list);
  size_t count = 0;
  struct question question = {.operation = LIST_DEVICES};
  struct answer answer;
  struct ifreq *all = calloc(MOST_DEVICES, sizeof *all);
  ssize_t got = list == NULL || all == NULL
                    ? -1
                    : ask(&question, NULL, 0, &answer, all, MOST_DEVICES * sizeof *all);
  for (; got >= 0 && count < (size_t)got / sizeof *all; count++)
    list[count] = (struct if_nameindex){(unsigned int)all[count].ifr_ifindex, strdup(all[count].ifr_name)};
  free(all);
  if (got >= 0) return list;
  free(list);
  return NULL;
}
