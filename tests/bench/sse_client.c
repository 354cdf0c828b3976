/*
 * Many readers of one stream of events: sse_client PORT PATH CLIENTS
 *
 * Opens CLIENTS connections and reads what comes. An event is counted by the one '@' in it. When all together have had
 * CLIENTS events once more, a line with the number of such rounds goes to the output, for the server to send the next
 * one: so the load is as much as both can bear. "ready" comes first, when each has had its first bytes. Ends with its
 * input.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[1 << 18];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int open_one(int port, const char *path) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
  if (fd < 0 || connect(fd, (void *)&to, sizeof to) < 0) fail("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  int size = snprintf(buffer, sizeof buffer, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", path, port);
  if (write(fd, buffer, size) != size) fail("write");
  /* The first bytes are waited for: the server's queue of connections is short. */
  if (read(fd, buffer, sizeof buffer) <= 0) fail("read");
  return fd;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int port = atoi(argv[1]), clients = atoi(argv[3]), queue = epoll_create1(0);
  for (int i = 0; i < clients; i++) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = open_one(port, argv[2])};
    epoll_ctl(queue, EPOLL_CTL_ADD, event.data.fd, &event);
  }
  struct epoll_event input = {.events = EPOLLIN | EPOLLHUP, .data.fd = 0};
  epoll_ctl(queue, EPOLL_CTL_ADD, 0, &input);
  puts("ready");
  fflush(stdout);
  long events = 0, rounds = 0;
  static struct epoll_event ready[1024];
  for (;;) {
    int count = epoll_wait(queue, ready, 1024, -1);
    for (int i = 0; i < count; i++) {
      int fd = ready[i].data.fd;
      if (fd == 0) return 0;
      ssize_t size = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
      if (size == 0) return 3;
      if (size < 0 && errno != EAGAIN) fail("recv");
      for (char *at = buffer; size > 0 && (at = memchr(at, '@', buffer + size - at)) != NULL; at++) events++;
    }
    if (events / clients == rounds) continue;
    rounds = events / clients;
    printf("%ld\n", rounds);
    fflush(stdout);
  }
}
