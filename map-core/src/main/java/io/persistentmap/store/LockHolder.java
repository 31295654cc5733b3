package io.persistentmap.store;

import io.persistentmap.platform.FileSystem;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells others who has a store open, in a file of its own: the one that is locked must not be
 * opened for that. Nothing depends on it, so nothing that goes wrong here is anybody's business.
 */
final class LockHolder {
  private static final Pattern TEXT = Pattern.compile("process (\\d+) on (.*) since \\S+");

  private final Path file;

  LockHolder(Path file) {
    this.file = file;
  }

  /** Says that this process has it. */
  void announce() {
    try {
      Files.deleteIfExists(file); // it may be of another user, or a link
      FileSystem.createPrivate(file);
      try (OutputStream out = new FileOutputStream(file.toFile())) {
        String text =
            "process "
                + ProcessHandle.current().pid()
                + " on "
                + hostName()
                + " since "
                + Instant.now();
        out.write(text.getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException | UnsupportedOperationException e) {
      // Others are told that somebody has it, only not who.
    }
  }

  /** Says that nobody has it any more. */
  void clear() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // As above; the text names a process that is gone.
    }
  }

  /** Returns who has it, in words that follow "by". */
  String describe() {
    String text = text();
    Matcher holder = TEXT.matcher(text == null ? "" : text);
    if (!holder.matches()) {
      return "another process, or another map of this one; perhaps under another name";
    }
    if (!holder.group(2).equals(hostName())) {
      return String.valueOf(text);
    }
    long pid = Long.parseLong(holder.group(1));
    if (pid == ProcessHandle.current().pid()) {
      return "process " + pid + ", which is this one: share that map, all threads may use it";
    }
    boolean lives = ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    return lives ? String.valueOf(text) : "a reader, or somebody who uses another name of it";
  }

  private @Nullable String text() {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return null;
    }
  }

  /** Not by asking the network, which may take its time to answer. */
  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return Optional.ofNullable(System.getenv("COMPUTERNAME")).orElse("this host");
    }
  }
}
