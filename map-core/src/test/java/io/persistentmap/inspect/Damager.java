package io.persistentmap.inspect;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Damages a file. */
record Damager(RandomAccessFile raw) {
  /** What happens to the file. */
  interface Harm {
    void harm(Damager damage) throws IOException;
  }

  /** Makes a copy of a file, and harms that. */
  static void copy(Path origin, Path broken, Harm harm) throws IOException {
    Files.copy(origin, broken, StandardCopyOption.REPLACE_EXISTING);
    try (RandomAccessFile raw = new RandomAccessFile(broken.toFile(), "rw")) {
      harm.harm(new Damager(raw));
    }
  }

  /** Makes bytes zeros, up to the end of the file. */
  void zero(long from, long length) throws IOException {
    long to = Math.min(from + length, raw.length());
    raw.seek(from);
    raw.write(new byte[(int) (to - from)]);
  }

  void flip(long at) throws IOException {
    raw.seek(at);
    int before = raw.read();
    raw.seek(at);
    raw.write(before ^ 0x20);
  }

  void cut(long length) throws IOException {
    raw.setLength(length);
  }
}
