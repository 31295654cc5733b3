/*
 * A disk that remembers: a FUSE file system with two files.
 *
 *   disk   the bytes of a given file; each write, and each flush, is noted in a log, in order
 *   mark   whatever is written to it is noted in the log, too, as text
 *
 * Put under a loop device, it records what a file system sends to its device. Usage:
 *
 *   recording-disk BACKING-FILE LOG-FILE MOUNT-POINT
 *
 * The log is a sequence of records: u32 kind (1 write, 2 flush, 3 mark), u32 length, u64 offset,
 * then that many bytes; numbers as the machine has them. It runs in the foreground, on one thread,
 * so that the order of the log is the order of the answers, until it is unmounted.
 */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE = 1, FLUSH = 2, MARK = 3 };

struct header {
  uint32_t kind;
  uint32_t length;
  uint64_t offset;
};

static int backing;
static int journal;

static int is_disk(const char *path) { return strcmp(path, "/disk") == 0; }

static int is_mark(const char *path) { return strcmp(path, "/mark") == 0; }

/* A log that is not complete would pass for another history, so there is no going on without it. */
static void note(uint32_t kind, const char *bytes, size_t length, off_t offset) {
  struct header header = {kind, (uint32_t)length, (uint64_t)offset};
  struct iovec parts[] = {{&header, sizeof header}, {(void *)bytes, length}};
  if (writev(journal, parts, 2) != (ssize_t)(sizeof header + length)) {
    perror("recording-disk: log");
    abort();
  }
}

static int disk_getattr(const char *path, struct stat *out, struct fuse_file_info *info) {
  (void)info;
  memset(out, 0, sizeof *out);
  if (strcmp(path, "/") == 0) {
    out->st_mode = S_IFDIR | 0700;
    out->st_nlink = 2;
    return 0;
  }
  if (!is_disk(path) && !is_mark(path)) {
    return -ENOENT;
  }
  out->st_mode = S_IFREG | 0600;
  out->st_nlink = 1;
  if (is_disk(path)) {
    struct stat real;
    if (fstat(backing, &real) != 0) {
      return -errno;
    }
    out->st_size = real.st_size;
    out->st_blocks = real.st_blocks;
  }
  return 0;
}

static int disk_open(const char *path, struct fuse_file_info *info) {
  info->direct_io = is_mark(path); /* each write to it comes here at once */
  return is_disk(path) || is_mark(path) ? 0 : -ENOENT;
}

static int disk_read(const char *path, char *to, size_t length, off_t at,
                     struct fuse_file_info *info) {
  (void)info;
  if (!is_disk(path)) {
    return 0;
  }
  ssize_t count = pread(backing, to, length, at);
  return count < 0 ? -errno : (int)count;
}

static int disk_write(const char *path, const char *from, size_t length, off_t at,
                      struct fuse_file_info *info) {
  (void)info;
  if (is_mark(path)) {
    note(MARK, from, length, 0);
    return (int)length;
  }
  ssize_t count = pwrite(backing, from, length, at);
  if (count < 0) {
    return -errno;
  }
  note(WRITE, from, (size_t)count, at);
  return (int)count;
}

static int disk_fsync(const char *path, int data_only, struct fuse_file_info *info) {
  (void)data_only;
  (void)info;
  if (is_disk(path)) {
    note(FLUSH, "", 0, 0);
  }
  return 0;
}

static int disk_truncate(const char *path, off_t length, struct fuse_file_info *info) {
  (void)length;
  (void)info;
  return is_mark(path) ? 0 : -EPERM;
}

static const struct fuse_operations operations = {
    .getattr = disk_getattr,
    .open = disk_open,
    .read = disk_read,
    .write = disk_write,
    .fsync = disk_fsync,
    .truncate = disk_truncate,
};

int main(int count, char **arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: recording-disk BACKING-FILE LOG-FILE MOUNT-POINT\n");
    return 2;
  }
  backing = open(arguments[1], O_RDWR | O_CLOEXEC);
  journal = open(arguments[2], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  if (backing < 0 || journal < 0) {
    perror("recording-disk");
    return 1;
  }
  char *fuse_arguments[] = {arguments[0], "-f", "-s", arguments[3], NULL};
  return fuse_main(4, fuse_arguments, &operations, NULL);
}
