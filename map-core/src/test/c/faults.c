/*
 * System calls that fail, or kill the process, at the n-th of them.
 *
 * A library to be preloaded: then both the JDK's calls and those that PersistentMap makes through
 * JNA, which looks functions of libc up in the whole process, come here. Only calls on files below
 * one directory count.
 *
 * A test arms it with armFaults; a process that is to be killed by environment variables, since
 * then its very first call can be meant:
 *
 *   FAULTS_DIRECTORY, FAULTS_CALLS (names, each between commas), FAULTS_AT (from 1)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_FILES = 65536, MOST_TEXT = 4096 };

/* What happens: an error number, or one of these. */
enum { KILL = -1, SHORT = -2 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char directory[MOST_TEXT];
static char calls[MOST_TEXT];
static char struck_call[64];
static long at;      /* the call that is struck first; 0: none */
static long times;   /* how many are struck */
static long counted; /* calls so far */
static int action;
static char watched[MOST_FILES];

void armFaults(const char *in_directory, const char *names, long first, long how_many, int what) {
  pthread_mutex_lock(&lock);
  snprintf(directory, sizeof directory, "%s", in_directory);
  snprintf(calls, sizeof calls, "%s", names);
  struck_call[0] = 0;
  at = first;
  times = how_many;
  action = what;
  counted = 0;
  pthread_mutex_unlock(&lock);
}

/* Returns the name of the first call that was struck, "" if none. */
const char *struckCall(void) { return struck_call; }

__attribute__((constructor)) static void arm_from_environment(void) {
  const char *names = getenv("FAULTS_CALLS");
  const char *first = getenv("FAULTS_AT");
  const char *where = getenv("FAULTS_DIRECTORY");
  if (names && first && where) {
    armFaults(where, names, atol(first), 1, KILL);
  }
}

static int is_named(const char *name) {
  char wanted[64];
  snprintf(wanted, sizeof wanted, ",%s,", name);
  return strstr(calls, wanted) != NULL;
}

static int is_below(const char *path) {
  return directory[0] && strncmp(path, directory, strlen(directory)) == 0;
}

static int is_watched(int fd) { return fd >= 0 && fd < MOST_FILES && watched[fd]; }

/* Counts a call, and returns what is to happen: 0 for the call itself. Kills are the caller's. */
static int strike(const char *name, int concerned) {
  int what = 0;
  pthread_mutex_lock(&lock);
  if (concerned && at > 0 && is_named(name)) {
    counted++;
    if (counted >= at && counted - at < times) {
      what = action;
      if (!struck_call[0]) {
        snprintf(struck_call, sizeof struck_call, "%s, call %ld", name, counted);
      }
    }
  }
  pthread_mutex_unlock(&lock);
  return what;
}

/* Ends the process, or sets errno and returns -1. */
static int fail(int what) {
  if (what == KILL) {
    kill(getpid(), SIGKILL);
    pause();
  }
  errno = what;
  return -1;
}

#define REAL(name) ((__typeof__(&name))real(&real_##name, #name))

static void *real(void **cache, const char *name) {
  if (!*cache) {
    *cache = dlsym(RTLD_NEXT, name);
  }
  return *cache;
}

static int opened(int fd, const char *path) {
  if (fd >= 0 && fd < MOST_FILES) {
    watched[fd] = (char)is_below(path);
  }
  return fd;
}

static const char *open_name(int flags) { return flags & O_CREAT ? "create" : "open"; }

#define OPEN(function)                                              \
  static void *real_##function;                                     \
  int function(const char *path, int flags, ...) {                  \
    va_list rest;                                                   \
    va_start(rest, flags);                                          \
    int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, int) : 0; \
    va_end(rest);                                                   \
    int what = strike(open_name(flags), is_below(path));            \
    if (what && what != SHORT) {                                    \
      return fail(what);                                            \
    }                                                               \
    return opened(REAL(function)(path, flags, mode), path);         \
  }
OPEN(open)
OPEN(open64)

static void *real_close;
int close(int fd) {
  if (fd >= 0 && fd < MOST_FILES) {
    watched[fd] = 0;
  }
  return REAL(close)(fd);
}

/* A write that is struck leaves its first half, if it is short, or if the process ends in it. */
#define PWRITE(function)                                                              \
  static void *real_##function;                                                       \
  ssize_t function(int fd, const void *from, size_t length, off_t position) {         \
    int what = strike("write", is_watched(fd));                                       \
    if (what == SHORT && length > 1) {                                                \
      return REAL(function)(fd, from, length / 2, position);                          \
    }                                                                                 \
    if (what == KILL && length > 1 &&                                                 \
        REAL(function)(fd, from, length / 2, position) < 0) {                         \
      perror("faults");                                                               \
    }                                                                                 \
    return what && what != SHORT ? fail(what) : REAL(function)(fd, from, length, position); \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

#define PREAD(function)                                                             \
  static void *real_##function;                                                     \
  ssize_t function(int fd, void *to, size_t length, off_t position) {               \
    int what = strike("read", is_watched(fd));                                      \
    if (what == SHORT && length > 1) {                                              \
      return REAL(function)(fd, to, length / 2, position);                          \
    }                                                                               \
    return what && what != SHORT ? fail(what) : REAL(function)(fd, to, length, position); \
  }
PREAD(pread)
PREAD(pread64)

#define ON_FILE(function, name, parameters, arguments)   \
  static void *real_##function;                          \
  int function parameters {                              \
    int what = strike(name, is_watched(fd));             \
    return what && what != SHORT ? fail(what) : REAL(function) arguments; \
  }
ON_FILE(fsync, "fsync", (int fd), (fd))
ON_FILE(fdatasync, "fdatasync", (int fd), (fd))
ON_FILE(ftruncate, "truncate", (int fd, off_t length), (fd, length))
ON_FILE(ftruncate64, "truncate", (int fd, off64_t length), (fd, length))
ON_FILE(fallocate, "punch", (int fd, int mode, off_t from, off_t length), (fd, mode, from, length))
ON_FILE(fchmod, "chmod", (int fd, mode_t mode), (fd, mode))

static void *real_fcntl;
int fcntl(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  int what = strike("lock", command == F_OFD_SETLK && is_watched(fd));
  return what && what != SHORT ? fail(what) : REAL(fcntl)(fd, command, argument);
}

static void *real_lseek;
off_t lseek(int fd, off_t position, int whence) {
  int what = strike("size", is_watched(fd));
  return what && what != SHORT ? fail(what) : REAL(lseek)(fd, position, whence);
}

static void *real_ioctl;
int ioctl(int fd, unsigned long request, ...) {
  va_list rest;
  va_start(rest, request);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  int what = strike("clone", is_watched(fd));
  return what && what != SHORT ? fail(what) : REAL(ioctl)(fd, request, argument);
}

#define MMAP(function)                                                                      \
  static void *real_##function;                                                             \
  void *function(void *address, size_t length, int protection, int flags, int fd, off_t from) { \
    int what = strike("map", is_watched(fd));                                               \
    if (what && what != SHORT) {                                                            \
      fail(what);                                                                           \
      return MAP_FAILED;                                                                    \
    }                                                                                       \
    return REAL(function)(address, length, protection, flags, fd, from);                    \
  }
MMAP(mmap)
MMAP(mmap64)

static void *real_rename;
int rename(const char *from, const char *to) {
  int what = strike("rename", is_below(from));
  return what && what != SHORT ? fail(what) : REAL(rename)(from, to);
}

static void *real_unlink;
int unlink(const char *path) {
  int what = strike("delete", is_below(path));
  return what && what != SHORT ? fail(what) : REAL(unlink)(path);
}
