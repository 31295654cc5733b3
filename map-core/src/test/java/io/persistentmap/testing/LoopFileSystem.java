package io.persistentmap.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.opentest4j.TestAbortedException;

/**
 * A file system in an image file, mounted on a directory of its own until it is closed.
 *
 * <p>Image and directory carry the number of the process that made them, so that a later run finds
 * and removes what a killed one left behind. The image is sparse and lies in memory if there is
 * room, else in the temporary directory; the system property {@code persistentmap.test.images}
 * names another directory for it.
 */
public final class LoopFileSystem implements Closeable {
  /** Twice what XFS needs at the least. */
  public static final long DEFAULT_SIZE_BYTES =
      Long.getLong("persistentmap.imageMegabytes", 2000) << 20;

  /** An image can't be mounted. */
  public static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    RefusedException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private static final int MOUNT_ATTEMPTS = 20;
  private static final long BETWEEN_ATTEMPTS_NANOS = 100_000_000;

  private static final String PREFIX = "persistentmap-fs-";
  private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d+)-[A-Z0-9]+-\\d+(\\.img)?");
  static final Path MEMORY = Path.of("/dev/shm");
  static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));
  private static final int UNMOUNT_ATTEMPTS = 50;
  private static final long UNMOUNT_PAUSE_MILLIS = 10;

  private static final AtomicInteger numbers = new AtomicInteger();

  private final FileSystemKind kind;
  private final Path image;
  private final Path root;

  /** Whether the image goes with it. */
  private final boolean owner;

  private boolean closed;

  private LoopFileSystem(FileSystemKind kind, Path image, Path root, boolean owner) {
    this.kind = kind;
    this.image = image;
    this.root = root;
    this.owner = owner;
  }

  /** Says why this machine or user cannot mount one; empty if it can. */
  static Optional<String> obstacle(FileSystemKind kind) throws IOException {
    if (!Files.exists(Path.of("/proc/mounts"))) {
      return Optional.of("not Linux");
    }
    if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
      return Optional.of("mounting " + kind + " needs root");
    }
    String program = kind.formatCommand().get(0);
    return Commands.find(program).isPresent()
        ? Optional.empty()
        : Optional.of(program + " is not installed");
  }

  /**
   * Skips the test if this machine or user cannot mount one.
   *
   * @throws TestAbortedException with the reason
   */
  public static void require(FileSystemKind kind) throws IOException {
    Optional<String> obstacle = obstacle(kind);
    if (obstacle.isPresent()) {
      throw new TestAbortedException(obstacle.get());
    }
  }

  /** Skips the test if a program is not installed. */
  public static void requireProgram(String program, String aptPackage) {
    if (Commands.find(program).isEmpty()) {
      throw new TestAbortedException(program + " is not installed (package " + aptPackage + ")");
    }
  }

  /** Makes an empty file system and mounts it. */
  public static LoopFileSystem mount(FileSystemKind kind, long sizeBytes) throws IOException {
    return mount(kind, sizeBytes, ProcessHandle.current().pid());
  }

  /** As {@link #mount(FileSystemKind, long)}, in the name of another process. */
  static LoopFileSystem mount(FileSystemKind kind, long sizeBytes, long owner) throws IOException {
    Path root = root(kind.name(), owner);
    Path image = imageDirectory(sizeBytes).resolve(root.getFileName() + ".img");
    LoopFileSystem made = new LoopFileSystem(kind, image, root, true);
    try {
      format(kind, image, sizeBytes);
      Files.createDirectory(root);
      made.mount();
      Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwxrwx"));
      return made;
    } catch (IOException e) {
      made.closeAfter(e);
      throw e;
    }
  }

  /**
   * Mounts an image that has a file system, or may have one; closing leaves the image.
   *
   * @throws RefusedException if it can't be mounted
   */
  public static LoopFileSystem attach(FileSystemKind kind, Path image) throws IOException {
    LoopFileSystem made = new LoopFileSystem(kind, image, newRoot(kind.name()), false);
    try {
      made.mount();
      return made;
    } catch (IOException e) {
      made.closeAfter(e);
      throw e;
    }
  }

  /** Makes an image with an empty file system. */
  public static void format(FileSystemKind kind, Path image, long sizeBytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(sizeBytes);
    }
    List<String> command = new ArrayList<>(kind.formatCommand());
    Commands.find(command.get(0)).ifPresent(program -> command.set(0, program.toString()));
    command.add(image.toString());
    Commands.run(command);
  }

  /**
   * Now and then mount refuses a copy of an image of Btrfs ("File exists"), some of them for good.
   */
  private void mount() throws IOException {
    OpenMounts.add(this);
    for (int attempt = 1; true; attempt++) {
      try {
        Commands.run("mount", "-o", kind.mountOptions(), image.toString(), root.toString());
        return;
      } catch (IOException e) {
        if (attempt == MOUNT_ATTEMPTS || !String.valueOf(e.getMessage()).contains("File exists")) {
          throw new RefusedException(e);
        }
        LockSupport.parkNanos(BETWEEN_ATTEMPTS_NANOS);
      }
    }
  }

  /**
   * Lets the power fail: from now on every call on the file system fails, and what it had not
   * written to the image by itself or for a sync is lost. XFS and ext4 only.
   */
  public void powerFailure() throws IOException {
    Commands.run("xfs_io", "-x", "-c", "shutdown", root.toString());
  }

  /** Unmounts it, and mounts it again: the file system recovers, and no page of it is cached. */
  public void mountAgain() throws IOException {
    unmount(root);
    OpenMounts.remove(this);
    mount();
  }

  /** Makes a directory to mount something on. */
  static Path newRoot(String what) throws IOException {
    return Files.createDirectory(root(what, ProcessHandle.current().pid()));
  }

  private static Path root(String what, long owner) {
    return TEMPORARY.resolve(PREFIX + owner + "-" + what + "-" + numbers.incrementAndGet());
  }

  /** Unmounts what is mounted on a directory, and deletes it. */
  static void removeRoot(Path root) throws IOException {
    if (isMounted(root)) {
      unmount(root);
    }
    Files.deleteIfExists(root);
  }

  private void closeAfter(IOException failure) {
    try {
      close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** The directory it is mounted on. */
  public Path root() {
    return root;
  }

  /** The file that holds it. */
  Path image() {
    return image;
  }

  /** Unmounts it, which also detaches the loop device, and deletes what it made. */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    OpenMounts.remove(this);
    removeRoot(root);
    if (owner) {
      Files.deleteIfExists(image);
    }
  }

  /**
   * Unmounts, patiently: a mapped buffer that nobody unmapped keeps the file system busy until it
   * is collected.
   */
  private static void unmount(Path root) throws IOException {
    String reason = "";
    for (int attempt = 0; attempt < UNMOUNT_ATTEMPTS; attempt++) {
      Commands.Outcome outcome = Commands.attempt(List.of("umount", root.toString()));
      if (outcome.succeeded()) {
        return;
      }
      reason = outcome.output();
      collectGarbage();
    }
    System.err.println("unmounting only when the last file is closed: " + reason);
    Commands.run("umount", "--lazy", root.toString());
  }

  private static void collectGarbage() {
    System.gc();
    try {
      Thread.sleep(UNMOUNT_PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Makes a directory that {@link #removeLeftovers()} removes if this process is killed. */
  static Path newDirectory(Path parent) throws IOException {
    return Files.createTempDirectory(parent, PREFIX + ProcessHandle.current().pid() + "-TEST-");
  }

  /** Whether something is mounted on this very directory. */
  static boolean isMounted(Path directory) throws IOException {
    return typeMountedOn(directory).isPresent();
  }

  /** The type of what is mounted on this very directory, as the kernel names it. */
  static Optional<String> typeMountedOn(Path directory) throws IOException {
    return mounts().stream()
        .filter(mount -> mount.directory().equals(directory))
        .map(Mount::type)
        .findFirst();
  }

  private record Mount(Path directory, String type) {}

  /** What is mounted; names with spaces, which the kernel escapes, are none of ours. */
  private static List<Mount> mounts() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
        .map(line -> line.split(" ", -1))
        .map(fields -> new Mount(Path.of(fields[1]), fields[2]))
        .toList();
  }

  /** Unmounts and deletes what processes that no longer live left behind. */
  static void removeLeftovers() throws IOException {
    for (Mount mount : mounts()) {
      if (isLeftover(mount.directory())) {
        Commands.run("umount", "--lazy", mount.directory().toString());
      }
    }
    deleteLeftovers(TEMPORARY);
    deleteLeftovers(MEMORY);
    deleteLeftovers(imageDirectory(DEFAULT_SIZE_BYTES));
  }

  private static void deleteLeftovers(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*")) {
      for (Path file : files) {
        if (isLeftover(file)) {
          FileTrees.delete(file);
        }
      }
    }
  }

  private static boolean isLeftover(Path file) {
    Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
    return name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty();
  }

  private static Path imageDirectory(long sizeBytes) throws IOException {
    String chosen = System.getProperty("persistentmap.test.images");
    if (chosen != null) {
      return Files.createDirectories(Path.of(chosen));
    }
    boolean roomInMemory =
        Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() > 2 * sizeBytes;
    return roomInMemory ? MEMORY : TEMPORARY;
  }
}
