package io.persistentmap.crash;

import io.persistentmap.FaultInjection;
import io.persistentmap.platform.DataFile;
import io.persistentmap.platform.FileHold;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.platform.Memory;
import io.persistentmap.platform.OffHeapMemory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * System calls that count themselves, and fail, or end the world, at one of them.
 *
 * <p>A fault strikes before the call does anything, except that a write of several blocks leaves
 * the first half of them. Closing a file is no call, and always works: it is what the kernel does
 * for a process that is gone.
 */
final class FaultyFileSystem implements FileSystem {
  private static final long BLOCK_BYTES = 4096;

  /** The calls that can meet a full disk. Those that sync report it as a failure for good. */
  static final Set<String> SPACE_CALLS =
      Set.of("create", "write", "clone", "rename", "truncate", "punch", "chmod", "delete", "lock");

  /** The calls that change something on disk, or make it durable. */
  static final Set<String> CHANGES =
      Set.of(
          "create",
          "write",
          "clone",
          "rename",
          "truncate",
          "punch",
          "chmod",
          "delete",
          "lock",
          "fsync",
          "fdatasync");

  /** The calls that make something durable. */
  static final Set<String> SYNCS = Set.of("fsync", "fdatasync");

  /** The calls that change nothing. */
  static final Set<String> LOOKS = Set.of("open", "read", "size", "map");

  /** The process ends here. */
  static final class SimulatedCrash extends Error {
    private static final long serialVersionUID = 1;

    SimulatedCrash() {
      super("simulated crash", null, false, false);
    }
  }

  /** A call that does nothing, and says that it succeeded. */
  static final class Omission extends Error {
    private static final long serialVersionUID = 1;
  }

  /** Decides what happens instead of a call. */
  interface Script {
    /**
     * Returns what the call throws, or null for the call itself.
     *
     * @param number of the call, from 1
     */
    @Nullable Throwable at(int number, Call call) throws InterruptedException;
  }

  /**
   * A system call.
   *
   * @param operation its name
   * @param file name of the file
   * @param detail what else a reviewer wants to see, or ""
   */
  record Call(String operation, String file, String detail) {
    @Override
    public String toString() {
      return detail.isEmpty() ? operation + " " + file : operation + " " + file + " " + detail;
    }
  }

  private final FileSystem real;
  private final Script script;
  private final List<Call> calls = new ArrayList<>();
  private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closedWhileWriting;
  private boolean copiesClones;
  private boolean crashed;
  private boolean struck;
  private String struckCall = "no call";

  private FaultyFileSystem(FileSystem real, Script script) {
    this.real = real;
    this.script = script;
  }

  /** System calls with any script. */
  static FaultyFileSystem with(FileSystem real, Script script) {
    return new FaultyFileSystem(real, script);
  }

  /** Only counts and notes. */
  static FaultyFileSystem recording(FileSystem real) {
    return with(real, (number, call) -> null);
  }

  /** Strikes at the n-th call of those names; the others do their work. */
  static FaultyFileSystem strikingAt(
      FileSystem real, int strikeNumber, Set<String> operations, Function<Call, Throwable> fault) {
    AtomicInteger seen = new AtomicInteger();
    return with(
        real,
        (number, call) ->
            operations.contains(call.operation()) && seen.incrementAndGet() == strikeNumber
                ? fault.apply(call)
                : null);
  }

  /** Leaves out all syncs of those names. */
  static FaultyFileSystem omitting(FileSystem real, Set<String> syncs) {
    return with(real, (number, call) -> syncs.contains(call.operation()) ? new Omission() : null);
  }

  /** Copies where a clone is asked for, so that there are snapshots on any file system. */
  static FaultyFileSystem copyingClones(FileSystem real) {
    return copyingClones(real, (number, call) -> null);
  }

  /** As above, with a script. */
  static FaultyFileSystem copyingClones(FileSystem real, Script script) {
    FaultyFileSystem files = with(real, script);
    files.copiesClones = true;
    return files;
  }

  /** Returns all calls so far, in order. */
  synchronized List<Call> calls() {
    return List.copyOf(calls);
  }

  /** Forgets the calls so far. */
  synchronized void forgetCalls() {
    calls.clear();
  }

  /** Says whether the fault has struck. */
  synchronized boolean hasStruck() {
    return struck;
  }

  /** Returns the call that the fault struck at, for messages. */
  synchronized String struckCall() {
    return struckCall;
  }

  /** Says whether a file was closed while another thread wrote to it: its number may be reused. */
  boolean hasClosedWhileWriting() {
    return closedWhileWriting;
  }

  /** Ends the process now: no call does anything any more. */
  synchronized void crash() {
    crashed = true;
  }

  /** Closes what a crashed process left open, as the kernel does. */
  void endProcess() {
    FaultInjection.endProcess(this);
    for (AutoCloseable file : open) {
      try {
        file.close();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  /** The script may block, so it runs outside the lock. */
  private @Nullable Throwable note(Call call) {
    int number;
    synchronized (this) {
      if (crashed) {
        return new SimulatedCrash();
      }
      calls.add(call);
      number = calls.size();
    }
    Throwable fault = run(number, call);
    synchronized (this) {
      if (fault != null) {
        struck = true;
        struckCall = "call " + number + ": " + call;
      }
      crashed |= fault instanceof SimulatedCrash;
    }
    return fault;
  }

  private @Nullable Throwable run(int number, Call call) {
    try {
      return script.at(number, call);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void step(String operation, Path file, String detail) {
    throwIt(note(call(operation, file, detail)));
  }

  /** Notes a sync, and says whether it is to be done. */
  private boolean syncs(Call call) {
    Throwable fault = note(call);
    if (!(fault instanceof Omission)) {
      throwIt(fault);
    }
    return fault == null;
  }

  private static Call call(String operation, Path file, String detail) {
    return new Call(operation, String.valueOf(file.getFileName()), detail);
  }

  private static void throwIt(@Nullable Throwable fault) {
    if (fault instanceof RuntimeException exception) {
      throw exception;
    }
    if (fault instanceof Error error) {
      throw error;
    }
    if (fault != null) {
      throw new AssertionError(fault);
    }
  }

  private DataFile opened(Supplier<DataFile> opener) {
    FaultyFile file = new FaultyFile(opener.get());
    open.add(file);
    return file;
  }

  @Override
  public DataFile openForRead(Path path) {
    step("open", path, "r");
    return opened(() -> real.openForRead(path));
  }

  @Override
  public DataFile openForWrite(Path path) {
    step("open", path, "rw");
    return opened(() -> real.openForWrite(path));
  }

  @Override
  public DataFile create(Path path) {
    step("create", path, "");
    return opened(() -> real.create(path));
  }

  @Override
  public void rename(Path from, Path to) {
    step("rename", from, "to " + to.getFileName());
    real.rename(from, to);
  }

  @Override
  public void delete(Path path) {
    step("delete", path, "");
    real.delete(path);
  }

  @Override
  public void syncDirectory(Path directory) {
    if (syncs(new Call("fsync", "directory", ""))) {
      real.syncDirectory(directory);
    }
  }

  @Override
  public @Nullable FileHold lock(Path path, boolean shared, boolean create) {
    step("lock", path, shared ? "shared" : "");
    FileHold lock = real.lock(path, shared, create);
    if (lock != null) {
      open.add(lock);
    }
    return lock;
  }

  /** A file whose calls count, too. */
  private final class FaultyFile implements DataFile {
    private final DataFile file;
    private final AtomicInteger running = new AtomicInteger();

    FaultyFile(DataFile file) {
      this.file = file;
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
      step("size", path(), "");
      return file.size();
    }

    @Override
    public int read(long position, byte[] to, int at, int length) {
      step("read", path(), range(position, length));
      return file.read(position, to, at, length);
    }

    @Override
    public long read(long position, Memory to, long offset, long length) {
      step("read", path(), range(position, length));
      return file.read(position, to, offset, length);
    }

    @Override
    public void write(long position, Memory from, long offset, long length) {
      running.incrementAndGet();
      try {
        writeOrStrike(position, from, offset, length);
      } finally {
        running.decrementAndGet();
      }
    }

    private void writeOrStrike(long position, Memory from, long offset, long length) {
      boolean before = hasStruck();
      Throwable fault = note(call("write", path(), range(position, length)));
      if (fault instanceof Omission) {
        return;
      }
      long torn = length / 2 / BLOCK_BYTES * BLOCK_BYTES;
      if (fault != null && !before && torn > 0) {
        file.write(position, from, offset, torn);
      }
      throwIt(fault);
      file.write(position, from, offset, length);
    }

    private String range(long position, long length) {
      return "0x" + Long.toHexString(position) + "+0x" + Long.toHexString(length);
    }

    @Override
    public void syncData() {
      if (syncs(call("fdatasync", path(), ""))) {
        file.syncData();
      }
    }

    @Override
    public void sync() {
      if (syncs(call("fsync", path(), ""))) {
        file.sync();
      }
    }

    @Override
    public void truncate(long length) {
      step("truncate", path(), "to 0x" + Long.toHexString(length));
      file.truncate(length);
    }

    @Override
    public boolean allocate(long length) {
      step("allocate", path(), "0x" + Long.toHexString(length));
      return file.allocate(length);
    }

    @Override
    public void punchHole(long position, long length) {
      step("punch", path(), range(position, length));
      file.punchHole(position, length);
    }

    @Override
    public void makeReadOnly() {
      step("chmod", path(), "0400");
      file.makeReadOnly();
    }

    @Override
    public boolean cloneFrom(DataFile source) {
      step("clone", path(), "from " + source.path().getFileName());
      if (copiesClones) {
        copyFrom(source);
        return true;
      }
      return file.cloneFrom(source instanceof FaultyFile wrapped ? wrapped.file : source);
    }

    private void copyFrom(DataFile source) {
      long length = source.size();
      Memory bytes = OffHeapMemory.allocate(length);
      source.read(0, bytes, 0, length);
      file.write(0, bytes, 0, length);
    }

    @Override
    public Memory map(long position, long length) {
      step("map", path(), "");
      return file.map(position, length);
    }

    @Override
    public boolean mapsBeyondEnd() {
      return file.mapsBeyondEnd();
    }

    @Override
    public void close() {
      open.remove(this);
      closedWhileWriting |= running.get() > 0;
      file.close();
    }
  }
}
