package io.persistentmap.crash;

import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileHold;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.platform.Memory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A directory, and the device it is on: what POSIX promises about the two, and nothing that a file
 * system does besides.
 *
 * <p>Processes see the directory, which is a real one, and whose files stay as they are when a
 * process ends. The device has less: of a file, what was there at its last sync, and any part of
 * what changed later; of the names, what was there at the directory's last sync, and any of the
 * changes since, each by itself. A rename is whole or not done. That a file is synced says nothing
 * about its name, nor the other way round; a clone is bytes that were written to the new file, and
 * its sync is not one of the source.
 */
final class PosixDisk {
  private final Path directory;
  private final Map<String, Inode> names = new LinkedHashMap<>();
  private final Map<String, Inode> durableNames = new LinkedHashMap<>();
  private final List<NameChange> unsyncedNames = new ArrayList<>();

  /**
   * Begins with an empty directory.
   *
   * @param directory does not exist yet
   */
  PosixDisk(Path directory) throws IOException {
    this.directory = Files.createDirectory(directory);
  }

  /** A file, whatever its names. */
  private static final class Inode {
    private final PosixContent cached;
    private PosixContent durable;
    private final List<PosixContent.Change> unsynced = new ArrayList<>();

    Inode(PosixContent content) {
      cached = content;
      durable = content.copy();
    }

    void change(PosixContent.Change change) {
      change.apply(cached, () -> true);
      unsynced.add(change);
    }

    void sync() {
      durable = cached.copy();
      unsynced.clear();
    }

    PosixContent afterPowerFailure(SplittableRandom random) {
      PosixContent content = durable.copy();
      CrashImages.Survivors survivors = CrashImages.Survivors.random(random);
      int one = unsynced.isEmpty() ? 0 : random.nextInt(unsynced.size());
      boolean torn = survivors == CrashImages.Survivors.TORN;
      for (int i = 0; i < unsynced.size(); i++) {
        if (survivors.includes(i == one, random)) {
          unsynced.get(i).apply(content, () -> !torn || random.nextBoolean());
        } else if (random.nextBoolean()) {
          unsynced.get(i).loseBytes(content);
        }
      }
      return content;
    }
  }

  /**
   * A change of the directory.
   *
   * @param from the name that goes, or null
   * @param to the name that comes, or null
   * @param file what it then names
   */
  private record NameChange(@Nullable String from, @Nullable String to, Inode file) {
    void apply(Map<String, Inode> names) {
      if (from != null && (to == null || names.get(from) == file)) {
        names.remove(from);
      }
      if (to != null) {
        names.put(to, file);
      }
    }
  }

  /** Adds a file without a byte, which is on the device. */
  synchronized void addEmptyFile(String name) throws IOException {
    Files.createFile(directory.resolve(name));
    Inode file = new Inode(new PosixContent());
    names.put(name, file);
    durableNames.put(name, file);
  }

  /** Returns where the files are, as processes see them. */
  Path directory() {
    return directory;
  }

  /**
   * Returns the system calls of a process.
   *
   * @param real does them
   * @param clones whether files can be cloned
   */
  FileSystem calls(FileSystem real, boolean clones) {
    return new Calls(real, clones);
  }

  /**
   * Returns what a power failure leaves, in a new directory.
   *
   * @param target does not exist yet
   */
  synchronized PosixDisk powerFailure(SplittableRandom random, Path target) throws IOException {
    Map<String, Inode> left = new LinkedHashMap<>(durableNames);
    CrashImages.Survivors survivors = CrashImages.Survivors.random(random);
    int one = unsyncedNames.isEmpty() ? 0 : random.nextInt(unsyncedNames.size());
    for (int i = 0; i < unsyncedNames.size(); i++) {
      if (survivors.includes(i == one, random)) {
        unsyncedNames.get(i).apply(left);
      }
    }
    PosixDisk disk = new PosixDisk(target);
    for (Map.Entry<String, Inode> name : left.entrySet()) {
      PosixContent content = name.getValue().afterPowerFailure(random);
      content.save(target.resolve(name.getKey()));
      disk.names.put(name.getKey(), new Inode(content));
    }
    disk.durableNames.putAll(disk.names);
    return disk;
  }

  private void change(NameChange change) {
    change.apply(names);
    unsyncedNames.add(change);
  }

  private Inode named(Path path) {
    Inode found = names.get(name(path));
    if (found == null) {
      throw new AssertionError(path + " is not of this disk");
    }
    return found;
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  private final class Calls implements FileSystem {
    private final FileSystem real;
    private final boolean clones;

    Calls(FileSystem real, boolean clones) {
      this.real = real;
      this.clones = clones;
    }

    @Override
    public DataFile openForRead(Path path) {
      synchronized (PosixDisk.this) {
        return new PosixFile(real.openForRead(path), named(path), clones);
      }
    }

    @Override
    public DataFile openForWrite(Path path) {
      synchronized (PosixDisk.this) {
        return new PosixFile(real.openForWrite(path), named(path), clones);
      }
    }

    @Override
    public DataFile create(Path path) {
      synchronized (PosixDisk.this) {
        DataFile file = real.create(path);
        Inode inode = new Inode(new PosixContent());
        change(new NameChange(null, name(path), inode));
        return new PosixFile(file, inode, clones);
      }
    }

    @Override
    public void rename(Path from, Path to) {
      synchronized (PosixDisk.this) {
        real.rename(from, to);
        change(new NameChange(name(from), name(to), named(from)));
      }
    }

    @Override
    public void delete(Path path) {
      synchronized (PosixDisk.this) {
        real.delete(path);
        if (names.containsKey(name(path))) {
          change(new NameChange(name(path), null, named(path)));
        }
      }
    }

    @Override
    public void syncDirectory(Path synced) {
      synchronized (PosixDisk.this) {
        if (synced.equals(directory)) {
          durableNames.clear();
          durableNames.putAll(names);
          unsyncedNames.clear();
        }
      }
    }

    @Override
    public @Nullable FileHold lock(Path path, boolean shared, boolean create) {
      return real.lock(path, shared, create); // a lock file says nothing after a power failure
    }
  }

  private final class PosixFile implements DataFile {
    private final DataFile file;
    private final Inode inode;
    private final boolean clones;

    PosixFile(DataFile file, Inode inode, boolean clones) {
      this.file = file;
      this.inode = inode;
      this.clones = clones;
    }

    @Override
    public Path path() {
      return file.path();
    }

    @Override
    public void renamed(Path newPath) {
      file.renamed(newPath);
    }

    @Override
    public long size() {
      return file.size();
    }

    @Override
    public int read(long position, byte[] to, int at, int length) {
      return file.read(position, to, at, length);
    }

    @Override
    public long read(long position, Memory to, long offset, long length) {
      return file.read(position, to, offset, length);
    }

    @Override
    public void write(long position, Memory from, long offset, long length) {
      byte[] bytes = new byte[(int) length];
      from.read(offset, bytes, 0, bytes.length);
      synchronized (PosixDisk.this) {
        file.write(position, from, offset, length);
        inode.change(new PosixContent.Write(position, bytes));
      }
    }

    @Override
    public void syncData() {
      sync();
    }

    @Override
    public void sync() {
      synchronized (PosixDisk.this) {
        inode.sync();
      }
    }

    @Override
    public void truncate(long length) {
      synchronized (PosixDisk.this) {
        file.truncate(length);
        inode.change(new PosixContent.Truncate(length));
      }
    }

    @Override
    public void punchHole(long position, long length) {
      synchronized (PosixDisk.this) {
        file.punchHole(position, length);
        inode.change(new PosixContent.Punch(position, length));
      }
    }

    @Override
    public void makeReadOnly() {
      file.makeReadOnly();
    }

    @Override
    public boolean cloneFrom(DataFile source) {
      if (!clones) {
        return false;
      }
      synchronized (PosixDisk.this) {
        PosixContent bytes = ((PosixFile) source).inode.cached.copy();
        try {
          bytes.save(path());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        inode.change(new PosixContent.Clone(bytes));
        return true;
      }
    }

    @Override
    public Memory map(long position, long length) {
      return file.map(position, length);
    }

    @Override
    public boolean mapsBeyondEnd() {
      return file.mapsBeyondEnd();
    }

    @Override
    public void close() {
      file.close();
    }
  }
}
