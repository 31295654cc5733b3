package io.persistentmap.platform;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A lock through {@code java.nio}, on a channel of its own that lives as long as the lock: nobody
 * transfers through it, so no interrupt closes it. Readers in one JVM share one.
 *
 * <p>One byte is locked, far behind the end of any file: Windows lets nobody read or write what is
 * locked. {@link LinuxLock} locks the same one.
 */
final class PortableLock {
  /** Where the byte is. */
  static final long POSITION = 1L << 62;

  private static final int ATTEMPTS = 100;

  /** Guarded by the monitor of {@link ProcessLocks}: the locks of this class loader. */
  private static final Map<Object, PortableLock> HELD = new HashMap<>();

  private final Path path;
  private final Object key;
  private final FileChannel channel;
  private final boolean shared;

  /** Guarded by the monitor of {@link ProcessLocks}. */
  private int holders = 1;

  private PortableLock(Path path, Object key, FileChannel channel, boolean shared) {
    this.path = path;
    this.key = key;
    this.channel = channel;
    this.shared = shared;
  }

  /** Takes it; null if somebody else has it. */
  static @Nullable FileHold take(Path path, boolean shared) throws IOException {
    synchronized (ProcessLocks.MONITOR) {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        Object key = keyOrName(path);
        PortableLock held = HELD.get(key);
        if (held != null) { // asked before anything is opened
          return shared && held.shared ? held.share() : null;
        }
        FileChannel channel = open(key, path, shared);
        if (!tryLock(channel, shared)) {
          // Closing is safe: if this process has a lock, the channel is kept.
          ProcessLocks.close(key, kind(shared), channel);
          return null;
        }
        if (keyOrName(path).equals(key)) {
          PortableLock taken = new PortableLock(path, key, channel, shared);
          HELD.put(key, taken);
          ProcessLocks.add(key);
          return taken.new Hold();
        }
        channel.close(); // the name went to another file meanwhile
      }
    }
    throw new IOException("its name goes to other files again and again");
  }

  /** Where the platform knows no keys, the real name must do. */
  private static Object keyOrName(Path path) throws IOException {
    Object key = FileIdentity.key(path);
    return key != null ? key : path.toRealPath().toString();
  }

  private static FileChannel open(Object key, Path path, boolean shared) throws IOException {
    Closeable kept = ProcessLocks.reuse(key, kind(shared));
    if (kept instanceof FileChannel channel) {
      return channel;
    }
    Set<OpenOption> options =
        shared
            ? Set.of(StandardOpenOption.READ)
            : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
    return FileChannel.open(path, options);
  }

  private static String kind(boolean shared) {
    return shared ? "shared lock" : "lock";
  }

  private static boolean tryLock(FileChannel channel, boolean shared) throws IOException {
    try {
      FileLock lock = channel.tryLock(POSITION, 1, shared);
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // the JVM itself has it, through another class loader
    }
  }

  private FileHold share() {
    holders++;
    return new Hold();
  }

  private void giveBack() throws IOException {
    synchronized (ProcessLocks.MONITOR) {
      holders--;
      if (holders == 0) {
        HELD.remove(key);
        channel.close();
        ProcessLocks.remove(key);
      }
    }
  }

  /** One of those who share it. */
  private final class Hold implements FileHold {
    private final AtomicBoolean closed = new AtomicBoolean();

    @Override
    public Object key() {
      return key;
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        PortableFileSystem.run("give the lock back", path, PortableLock.this::giveBack);
      }
    }
  }
}
