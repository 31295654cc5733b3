package io.persistentmap.crash;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** Limits of this process, and what uses its resources up. For children of tests. */
final class Limits {
  private static final int FILE_SIZE = 1;
  private static final int OPEN_FILES = 7;
  private static final int BLOCK = 1 << 16;

  private Limits() {}

  /** Limits the size of each file; false where that can't be done. */
  static void fileSize(long bytes) {
    setSoft(FILE_SIZE, bytes);
  }

  /** Takes the limit of the size of files back. */
  static void anyFileSize() {
    setSoft(FILE_SIZE, hard(FILE_SIZE));
  }

  /** Opens files until this process can't open one more; close them to go on. */
  static Deque<FileInputStream> useUpDescriptors() {
    setSoft(OPEN_FILES, 512);
    Deque<FileInputStream> opened = new ArrayDeque<>();
    while (true) {
      try {
        opened.add(new FileInputStream("/dev/null"));
      } catch (IOException e) {
        return opened;
      }
    }
  }

  /** Fills the heap to the brim; it is free again when nothing refers to the answer. */
  static List<byte[]> useUpHeap() {
    List<byte[]> blocks = new ArrayList<>();
    for (int size = BLOCK; size >= 16; size /= 2) {
      try {
        while (true) {
          blocks.add(new byte[size]);
        }
      } catch (OutOfMemoryError e) {
        // With smaller ones.
      }
    }
    return blocks;
  }

  /** Loads all classes of this project, which can't be done without descriptors. */
  static void loadClasses(Class<?>... ofSources) throws Exception {
    for (Class<?> of : ofSources) {
      Path root = root(of);
      if (Files.isDirectory(root)) {
        try (Stream<Path> files = Files.walk(root)) {
          for (Path file : (Iterable<Path>) files::iterator) {
            load(root.relativize(file).toString());
          }
        }
      }
    }
  }

  private static Path root(Class<?> of) throws URISyntaxException {
    return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static void load(String file) throws ClassNotFoundException {
    if (file.endsWith(".class") && !file.contains("-info")) {
      String name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
      Class.forName(name, false, Limits.class.getClassLoader());
    }
  }

  private static long hard(int which) {
    long[] limits = new long[2];
    require(call("getrlimit", which, limits));
    return limits[1];
  }

  private static void setSoft(int which, long soft) {
    require(call("setrlimit", which, new long[] {soft, hard(which)}));
  }

  private static int call(String name, int which, long[] limits) {
    Function function = NativeLibrary.getInstance("c").getFunction(name);
    return function.invokeInt(new Object[] {which, limits});
  }

  private static void require(int result) {
    if (result != 0) {
      throw new IllegalStateException("the limit can't be set");
    }
  }
}
