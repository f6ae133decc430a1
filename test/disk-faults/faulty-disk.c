// A disk that fails: loaded before the C library (LD_PRELOAD), it lets the calls fail that the control file names. Only files of
// the embedded store are concerned. The control file is mapped, so that the program under test can arm a fault between two
// of its own steps. Every field is a 32-bit integer, in the order of `enum`.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum {
  CALL,     // 0: nothing fails; 1: writes; 2: syncs
  FILE_,    // 1: the database; 2: the write-ahead log; 3: both
  SKIP,     // so many calls succeed first
  STICKY,   // 1: all calls after the first failure fail, too
  ERRNO,    //
  PARTIAL,  // so many bytes are written before a write fails; -1: it fails though all of it was done
  SEEN,     // out: calls that were looked at while armed
  FIRED,    // out: calls that failed
  FIELDS
};

static volatile int32_t *control;

__attribute__((constructor)) static void map_control(void) {
  const char *path = getenv("FAULTY_DISK_CONTROL");
  if (!path) return;
  int fd = open(path, O_RDWR);
  if (fd < 0) return;
  void *mapped = mmap(NULL, FIELDS * sizeof(int32_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (mapped != MAP_FAILED) control = mapped;
}

static int ends_with(const char *text, const char *end) {
  size_t text_length = strlen(text), end_length = strlen(end);
  return text_length >= end_length && strcmp(text + text_length - end_length, end) == 0;
}

static int kind_of(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  if (ends_with(path, "/ordinal.db")) return 1;
  if (ends_with(path, "/ordinal.db-wal")) return 2;
  return 0;
}

static int fails(int call, int fd) {
  if (!control || control[CALL] != call) return 0;
  int kind = kind_of(fd);
  if (!kind || !(control[FILE_] & kind)) return 0;
  int seen = control[SEEN]++;
  if (seen < control[SKIP]) return 0;
  if (seen > control[SKIP] && !control[STICKY]) return 0;
  control[FIRED]++;
  return 1;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (!real) real = dlsym(RTLD_NEXT, "pwrite64");
  if (!fails(1, fd)) return real(fd, bytes, count, offset);
  size_t done = control[PARTIAL] < 0 ? count : (size_t)control[PARTIAL];
  if (done > count) done = count;
  if (done > 0) real(fd, bytes, done, offset);
  errno = control[ERRNO];
  return -1;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  return pwrite64(fd, bytes, count, offset);
}

int fsync(int fd) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fsync");
  if (!fails(2, fd)) return real(fd);
  if (control[PARTIAL] < 0) real(fd);
  errno = control[ERRNO];
  return -1;
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
  if (!fails(2, fd)) return real(fd);
  if (control[PARTIAL] < 0) real(fd);
  errno = control[ERRNO];
  return -1;
}
