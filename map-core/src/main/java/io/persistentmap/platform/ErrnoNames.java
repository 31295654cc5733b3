package io.persistentmap.platform;

import java.util.Locale;

/**
 * The error numbers of Linux in words: the text of {@code strerror} and the symbolic name; the same
 * on x86-64 and AArch64. A switch, since a table in memory would have to be built, and that can
 * fail, just when there is a failure to be told.
 */
final class ErrnoNames {
  /** The highest number that has a name. */
  static final int HIGHEST = 133;

  private ErrnoNames() {}

  /** Returns text and name, such as "permission denied (EACCES)". */
  static String describe(int errno) {
    return switch (errno) {
      case 1 -> "operation not permitted (EPERM)";
      case 2 -> "no such file or directory (ENOENT)";
      case 3 -> "no such process (ESRCH)";
      case 4 -> "interrupted system call (EINTR)";
      case 5 -> "input/output error (EIO)";
      case 6 -> "no such device or address (ENXIO)";
      case 7 -> "argument list too long (E2BIG)";
      case 8 -> "exec format error (ENOEXEC)";
      case 9 -> "bad file descriptor (EBADF)";
      case 10 -> "no child processes (ECHILD)";
      case 11 -> "resource temporarily unavailable (EAGAIN)";
      case 12 -> "cannot allocate memory (ENOMEM)";
      case 13 -> "permission denied (EACCES)";
      case 14 -> "bad address (EFAULT)";
      case 15 -> "block device required (ENOTBLK)";
      case 16 -> "device or resource busy (EBUSY)";
      case 17 -> "file exists (EEXIST)";
      case 18 -> "invalid cross-device link (EXDEV)";
      case 19 -> "no such device (ENODEV)";
      case 20 -> "not a directory (ENOTDIR)";
      case 21 -> "is a directory (EISDIR)";
      case 22 -> "invalid argument (EINVAL)";
      case 23 -> "too many open files in system (ENFILE)";
      case 24 -> "too many open files (EMFILE)";
      case 25 -> "inappropriate ioctl for device (ENOTTY)";
      case 26 -> "text file busy (ETXTBSY)";
      case 27 -> "file too large (EFBIG)";
      case 28 -> "no space left on device (ENOSPC)";
      case 29 -> "illegal seek (ESPIPE)";
      case 30 -> "read-only file system (EROFS)";
      case 31 -> "too many links (EMLINK)";
      case 32 -> "broken pipe (EPIPE)";
      case 33 -> "numerical argument out of domain (EDOM)";
      case 34 -> "numerical result out of range (ERANGE)";
      case 35 -> "resource deadlock avoided (EDEADLK)";
      case 36 -> "file name too long (ENAMETOOLONG)";
      case 37 -> "no locks available (ENOLCK)";
      case 38 -> "function not implemented (ENOSYS)";
      case 39 -> "directory not empty (ENOTEMPTY)";
      case 40 -> "too many levels of symbolic links (ELOOP)";
      case 42 -> "no message of desired type (ENOMSG)";
      case 43 -> "identifier removed (EIDRM)";
      case 44 -> "channel number out of range (ECHRNG)";
      case 45 -> "level 2 not synchronized (EL2NSYNC)";
      case 46 -> "level 3 halted (EL3HLT)";
      case 47 -> "level 3 reset (EL3RST)";
      case 48 -> "link number out of range (ELNRNG)";
      case 49 -> "protocol driver not attached (EUNATCH)";
      case 50 -> "no CSI structure available (ENOCSI)";
      case 51 -> "level 2 halted (EL2HLT)";
      case 52 -> "invalid exchange (EBADE)";
      case 53 -> "invalid request descriptor (EBADR)";
      case 54 -> "exchange full (EXFULL)";
      case 55 -> "no anode (ENOANO)";
      case 56 -> "invalid request code (EBADRQC)";
      case 57 -> "invalid slot (EBADSLT)";
      case 59 -> "bad font file format (EBFONT)";
      case 60 -> "device not a stream (ENOSTR)";
      case 61 -> "no data available (ENODATA)";
      case 62 -> "timer expired (ETIME)";
      case 63 -> "out of streams resources (ENOSR)";
      case 64 -> "machine is not on the network (ENONET)";
      case 65 -> "package not installed (ENOPKG)";
      case 66 -> "object is remote (EREMOTE)";
      case 67 -> "link has been severed (ENOLINK)";
      case 68 -> "advertise error (EADV)";
      case 69 -> "srmount error (ESRMNT)";
      case 70 -> "communication error on send (ECOMM)";
      case 71 -> "protocol error (EPROTO)";
      case 72 -> "multihop attempted (EMULTIHOP)";
      case 73 -> "RFS specific error (EDOTDOT)";
      case 74 -> "bad message (EBADMSG)";
      case 75 -> "value too large for defined data type (EOVERFLOW)";
      case 76 -> "name not unique on network (ENOTUNIQ)";
      case 77 -> "file descriptor in bad state (EBADFD)";
      case 78 -> "remote address changed (EREMCHG)";
      case 79 -> "can not access a needed shared library (ELIBACC)";
      case 80 -> "accessing a corrupted shared library (ELIBBAD)";
      case 81 -> ".lib section in a.out corrupted (ELIBSCN)";
      case 82 -> "attempting to link in too many shared libraries (ELIBMAX)";
      case 83 -> "cannot exec a shared library directly (ELIBEXEC)";
      case 84 -> "invalid or incomplete multibyte or wide character (EILSEQ)";
      case 85 -> "interrupted system call should be restarted (ERESTART)";
      case 86 -> "streams pipe error (ESTRPIPE)";
      case 87 -> "too many users (EUSERS)";
      case 88 -> "socket operation on non-socket (ENOTSOCK)";
      case 89 -> "destination address required (EDESTADDRREQ)";
      case 90 -> "message too long (EMSGSIZE)";
      case 91 -> "protocol wrong type for socket (EPROTOTYPE)";
      case 92 -> "protocol not available (ENOPROTOOPT)";
      case 93 -> "protocol not supported (EPROTONOSUPPORT)";
      case 94 -> "socket type not supported (ESOCKTNOSUPPORT)";
      case 95 -> "operation not supported (EOPNOTSUPP)";
      case 96 -> "protocol family not supported (EPFNOSUPPORT)";
      case 97 -> "address family not supported by protocol (EAFNOSUPPORT)";
      case 98 -> "address already in use (EADDRINUSE)";
      case 99 -> "cannot assign requested address (EADDRNOTAVAIL)";
      case 100 -> "network is down (ENETDOWN)";
      case 101 -> "network is unreachable (ENETUNREACH)";
      case 102 -> "network dropped connection on reset (ENETRESET)";
      case 103 -> "software caused connection abort (ECONNABORTED)";
      case 104 -> "connection reset by peer (ECONNRESET)";
      case 105 -> "no buffer space available (ENOBUFS)";
      case 106 -> "transport endpoint is already connected (EISCONN)";
      case 107 -> "transport endpoint is not connected (ENOTCONN)";
      case 108 -> "cannot send after transport endpoint shutdown (ESHUTDOWN)";
      case 109 -> "too many references: cannot splice (ETOOMANYREFS)";
      case 110 -> "connection timed out (ETIMEDOUT)";
      case 111 -> "connection refused (ECONNREFUSED)";
      case 112 -> "host is down (EHOSTDOWN)";
      case 113 -> "no route to host (EHOSTUNREACH)";
      case 114 -> "operation already in progress (EALREADY)";
      case 115 -> "operation now in progress (EINPROGRESS)";
      case 116 -> "stale file handle (ESTALE)";
      case 117 -> "structure needs cleaning (EUCLEAN)";
      case 118 -> "not a XENIX named type file (ENOTNAM)";
      case 119 -> "no XENIX semaphores available (ENAVAIL)";
      case 120 -> "is a named type file (EISNAM)";
      case 121 -> "remote I/O error (EREMOTEIO)";
      case 122 -> "disk quota exceeded (EDQUOT)";
      case 123 -> "no medium found (ENOMEDIUM)";
      case 124 -> "wrong medium type (EMEDIUMTYPE)";
      case 125 -> "operation canceled (ECANCELED)";
      case 126 -> "required key not available (ENOKEY)";
      case 127 -> "key has expired (EKEYEXPIRED)";
      case 128 -> "key has been revoked (EKEYREVOKED)";
      case 129 -> "key was rejected by service (EKEYREJECTED)";
      case 130 -> "owner died (EOWNERDEAD)";
      case 131 -> "state not recoverable (ENOTRECOVERABLE)";
      case 132 -> "operation not possible due to RF-kill (ERFKILL)";
      case 133 -> "memory page has hardware error (EHWPOISON)";
      default -> "an error that Linux has no name for (errno " + errno + ")";
    };
  }

  /**
   * Returns the error number whose text a message of the JDK has, or 0 if it has none. The JDK
   * shows the text alone; in another language than English it is not found.
   */
  static int find(String message) {
    String found = message.toLowerCase(Locale.ROOT);
    int longest = 0;
    int errno = 0;
    for (int number = 1; number <= HIGHEST; number++) {
      String text = describe(number);
      int end = text.lastIndexOf(" (");
      if (end > longest && found.contains(text.substring(0, end).toLowerCase(Locale.ROOT))) {
        longest = end;
        errno = number;
      }
    }
    return errno;
  }
}
