/* SPDX-License-Identifier: Apache-2.0 */
/*
 * getifaddrs(3). The C library opens its socket inside itself, where it cannot be replaced; so the function itself is: it asks the same
 * two questions over a socket of ours. A list is one piece of memory for each entry, with the addresses behind it.
 */
#include "shim.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LARGEST_DATAGRAM = 64 << 10, ADDRESSES = 3 };

struct entry {
  struct ifaddrs ifaddr;
  int index;
  char name[IFNAMSIZ];
  /* Address, mask, and broadcast address or the other end. */
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_ll link;
    char room[sizeof(struct sockaddr_ll) + 16];
  } addresses[ADDRESSES];
  struct rtnl_link_stats statistics;
};

struct list {
  struct ifaddrs *first;
  struct ifaddrs **end;
};

static struct entry *append(struct list *list) {
  struct entry *entry = calloc(1, sizeof *entry);
  if (entry == NULL) return NULL;
  *list->end = &entry->ifaddr;
  list->end = &entry->ifaddr.ifa_next;
  entry->ifaddr.ifa_name = entry->name;
  return entry;
}

static void fill_link(struct entry *entry, int which, const struct ifinfomsg *info, const struct rtattr *attribute) {
  struct sockaddr_ll *link = &entry->addresses[which].link;
  size_t length = RTA_PAYLOAD(attribute), most = sizeof entry->addresses[which].room - offsetof(struct sockaddr_ll, sll_addr);
  link->sll_family = AF_PACKET;
  link->sll_ifindex = info->ifi_index;
  link->sll_hatype = info->ifi_type;
  link->sll_halen = (unsigned char)length;
  memcpy(link->sll_addr, RTA_DATA(attribute), length < most ? length : most);
  if (which == 0) entry->ifaddr.ifa_addr = &entry->addresses[which].any;
  else entry->ifaddr.ifa_broadaddr = &entry->addresses[which].any;
}

static int add_link(struct list *list, struct nlmsghdr *message) {
  struct ifinfomsg *info = NLMSG_DATA(message);
  struct entry *entry = append(list);
  if (entry == NULL) return -1;
  entry->index = info->ifi_index;
  entry->ifaddr.ifa_flags = info->ifi_flags;
  int length = (int)IFLA_PAYLOAD(message);
  for (struct rtattr *attribute = IFLA_RTA(info); RTA_OK(attribute, length); attribute = RTA_NEXT(attribute, length)) {
    size_t size = RTA_PAYLOAD(attribute);
    if (attribute->rta_type == IFLA_IFNAME) strncpy(entry->name, RTA_DATA(attribute), IFNAMSIZ - 1);
    else if (attribute->rta_type == IFLA_ADDRESS) fill_link(entry, 0, info, attribute);
    else if (attribute->rta_type == IFLA_BROADCAST) fill_link(entry, 2, info, attribute);
    else if (attribute->rta_type == IFLA_STATS && size >= sizeof entry->statistics) {
      memcpy(&entry->statistics, RTA_DATA(attribute), sizeof entry->statistics);
      entry->ifaddr.ifa_data = &entry->statistics;
    }
  }
  return 0;
}

static struct sockaddr *fill_address(struct entry *entry, int which, int family, const void *bytes, size_t length) {
  struct sockaddr *address = &entry->addresses[which].any;
  if (family == AF_INET && length >= 4) memcpy(&entry->addresses[which].v4.sin_addr, bytes, 4);
  else if (family == AF_INET6 && length >= 16) {
    struct sockaddr_in6 *v6 = &entry->addresses[which].v6;
    memcpy(&v6->sin6_addr, bytes, 16);
    if (IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr) || IN6_IS_ADDR_MC_LINKLOCAL(&v6->sin6_addr))
      v6->sin6_scope_id = (uint32_t)entry->index;
  } else return NULL;
  address->sa_family = (sa_family_t)family;
  return address;
}

static void fill_mask(struct entry *entry, int family, unsigned int bits) {
  uint8_t mask[16] = {0};
  for (unsigned int i = 0; i < bits && i < 128; i++) mask[i / 8] |= (uint8_t)(0x80 >> i % 8);
  entry->ifaddr.ifa_netmask = fill_address(entry, 1, family, mask, sizeof mask);
}

/* The entry of the link with this index, which stands before its addresses. */
static const struct entry *link_of(const struct list *list, int index) {
  for (const struct ifaddrs *one = list->first; one != NULL; one = one->ifa_next)
    if (((const struct entry *)one)->index == index) return (const struct entry *)one;
  return NULL;
}

static int add_address(struct list *list, struct nlmsghdr *message) {
  struct ifaddrmsg *info = NLMSG_DATA(message);
  const struct entry *link = link_of(list, (int)info->ifa_index);
  if (link == NULL) return 0;
  struct entry *entry = append(list);
  if (entry == NULL) return -1;
  entry->index = (int)info->ifa_index;
  entry->ifaddr.ifa_flags = link->ifaddr.ifa_flags;
  memcpy(entry->name, link->name, IFNAMSIZ);
  int length = (int)IFA_PAYLOAD(message);
  for (struct rtattr *attribute = IFA_RTA(info); RTA_OK(attribute, length); attribute = RTA_NEXT(attribute, length)) {
    const void *bytes = RTA_DATA(attribute);
    size_t size = RTA_PAYLOAD(attribute);
    struct ifaddrs *told = &entry->ifaddr;
    switch (attribute->rta_type) {
      case IFA_ADDRESS:
        /* With an address of its own beside it, this is the other end's. */
        if (told->ifa_addr != NULL) told->ifa_dstaddr = fill_address(entry, 2, info->ifa_family, bytes, size);
        else told->ifa_addr = fill_address(entry, 0, info->ifa_family, bytes, size);
        break;
      case IFA_LOCAL:
        if (told->ifa_addr != NULL) {
          entry->addresses[2] = entry->addresses[0];
          told->ifa_dstaddr = &entry->addresses[2].any;
        }
        told->ifa_addr = fill_address(entry, 0, info->ifa_family, bytes, size);
        break;
      case IFA_BROADCAST: told->ifa_broadaddr = fill_address(entry, 2, info->ifa_family, bytes, size); break;
      case IFA_LABEL: strncpy(entry->name, bytes, IFNAMSIZ - 1); break;
    }
  }
  if (entry->ifaddr.ifa_addr != NULL) fill_mask(entry, info->ifa_family, info->ifa_prefixlen);
  return 0;
}

/* One dump; what it tells goes to `add`. */
static int dump(int fd, int type, struct list *list, int (*add)(struct list *, struct nlmsghdr *), char *room) {
  struct {
    struct nlmsghdr header;
    struct rtgenmsg family;
  } request = {.header = {.nlmsg_len = sizeof request,
                          .nlmsg_type = (uint16_t)type,
                          .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                          .nlmsg_seq = (uint32_t)type},
               .family = {AF_UNSPEC}};
  if (send(fd, &request, sizeof request, 0) < 0) return -1;
  for (;;) {
    ssize_t got = recv(fd, room, LARGEST_DATAGRAM, 0);
    if (got < 0) return -1;
    int length = (int)got;
    for (struct nlmsghdr *message = (struct nlmsghdr *)room; NLMSG_OK(message, length);
         message = NLMSG_NEXT(message, length)) {
      if (message->nlmsg_type == NLMSG_DONE) return 0;
      if (message->nlmsg_type == NLMSG_ERROR) {
        errno = -((struct nlmsgerr *)NLMSG_DATA(message))->error;
        return -1;
      }
      if (add(list, message) < 0) return -1;
    }
  }
}

int getifaddrs(struct ifaddrs **told) {
  struct list list = {.first = NULL, .end = &list.first};
  char *room = malloc(LARGEST_DATAGRAM);
  int fd = room == NULL ? -1 : socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  int result = fd < 0 || dump(fd, RTM_GETLINK, &list, add_link, room) < 0 ||
                       dump(fd, RTM_GETADDR, &list, add_address, room) < 0
                   ? -1
                   : 0;
  int error = errno;
  if (fd >= 0) close(fd);
  free(room);
  if (result < 0) {
    freeifaddrs(list.first);
    errno = error;
    return -1;
  }
  *told = list.first;
  return 0;
}

void freeifaddrs(struct ifaddrs *list) {
  while (list != NULL) {
    struct ifaddrs *next = list->ifa_next;
    free(list);
    list = next;
  }
}
