package io.persistentmap.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Which file a path names, and what other names it has. Changes nothing. */
public final class FileIdentity {
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
  private static final int MOUNT_POINT_FIELD = 4;

  private FileIdentity() {}

  /**
   * Returns what is equal for all names of one file, and differs between files: device and inode.
   * Null if there is no such file, or the platform can't tell.
   */
  public static @Nullable Object key(Path path) {
    BasicFileAttributes found = FileSystem.look(path);
    return found == null ? null : found.fileKey();
  }

  /**
   * Says why a rename onto a file would not replace it under all of its names, in words that follow
   * the path; null if it would. Where the platform can't tell, it would.
   */
  public static @Nullable String whyNotReplaceable(Path path) {
    int names = names(path);
    if (names > 1) {
      return "has " + names + " names (hard links)";
    }
    return isMountPoint(path) ? "is a mount point of its own (a bind mount)" : null;
  }

  private static int names(Path path) {
    try {
      return Files.getAttribute(path, "unix:nlink") instanceof Integer names ? names : 1;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return 1; // no such file, or no such attribute on this platform
    }
  }

  private static boolean isMountPoint(Path path) {
    String wanted = path.toString();
    try {
      // Names are any bytes; so are these lines, compared as the JDK decodes them.
      for (String line :
          new String(Files.readAllBytes(MOUNTS), StandardCharsets.UTF_8).split("\n", -1)) {
        String[] fields = line.split(" ", MOUNT_POINT_FIELD + 2);
        if (fields.length > MOUNT_POINT_FIELD
            && unescape(fields[MOUNT_POINT_FIELD]).equals(wanted)) {
          return true;
        }
      }
    } catch (NoSuchFileException e) {
      return false; // not Linux
    } catch (IOException e) {
      throw Failures.of("read", MOUNTS, e);
    }
    return false;
  }

  /** The kernel writes space, tab, newline and backslash as three octal digits. */
  private static String unescape(String field) {
    return field
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
