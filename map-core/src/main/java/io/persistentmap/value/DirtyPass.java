package io.persistentmap.value;

import io.persistentmap.index.Operation;
import io.persistentmap.index.OperationPool;
import io.persistentmap.index.OverdueKeys;
import io.persistentmap.index.Stripes;
import io.persistentmap.log.StoreHealth;
import io.persistentmap.store.Gate;
import io.persistentmap.store.HeapValues;
import io.persistentmap.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Writes the live values of all maps of a store that have changed, before a checkpoint makes its
 * cut.
 *
 * <p><b>What is written when.</b> The pass first says that it is running, and waits for the changes
 * that have begun without knowing; then it looks at every live entry. A change that begins
 * meanwhile tells the pass of its entry, which is looked at once more. When there is none left,
 * everything is in the log; the cut is made when, under the locks of all shards, there is still
 * none, or else the pass goes on. So no value is written while changes are stopped, and the log has
 * the changes in their order. If changes come faster than they can be written, they are slowed
 * down.
 *
 * <p><b>A value is read in its own monitor</b>, and in no other, so that a program that changes it
 * in {@code synchronized} methods, say, never finds half of a change in the file. Who reads holds
 * nothing else meanwhile: no key, no lock of a shard or of the store, no other monitor; and waits
 * for nothing there. What was read goes to a private buffer, and counts only if meanwhile the map
 * has not changed the entry, and nobody took a key of the shard to run a function on its value
 * ({@code compute}); such a function is in the checkpoint as a whole, or not. Entries for which
 * that fails are done at the end, with the key held: it is taken inside of the monitor, without
 * waiting.
 *
 * <p><b>Nobody who waits for a monitor is waited for by the program</b>, for longer than a given
 * time. A monitor can't be tried, so {@linkplain Visitor threads of ours} wait for it; the thread
 * that makes the checkpoint, and those that wait for it, {@linkplain PassHelp write} the values
 * whose monitor they have themselves. A put does not write its value, not even while a pass is
 * running, since its thread may hold locks of the program, or a key. So the pass is part of no
 * circle of threads that the program alone does not make, unless for the given time: then the
 * checkpoint fails, and says who has the monitor.
 *
 * <p><b>A part that the JDK reads through its own locks</b>, a {@code Vector}, say, is entered by a
 * thread that has no monitor: another one holds the value's, and gives it up if the first does not
 * go on. Threads of the program enter only the parts that they have.
 *
 * <p><b>Threads that initialise a class</b> do the whole pass themselves ({@link Initializers}), as
 * the program's code may need that class: threads of ours only hold the monitor for them ({@link
 * MonitorHold}). If such a thread waits for a pass that another has begun, it takes over what does
 * not go on.
 *
 * <p>What is changed inside an object by other means, without the map and without its monitor, may
 * be in the checkpoint or not. That the bytes can be read all the same is for the serializers to
 * see to.
 */
public final class DirtyPass implements HeapValues {
  /** How often changes are written that came meanwhile, before they are slowed down. */
  private static final int ROUNDS_AT_FULL_SPEED = 3;

  /** How often they are, before a cut is tried. */
  private static final int MOST_ROUNDS = 8;

  private static final long FIRST_WAIT_NANOS = 20_000;
  private static final int MOST_DOUBLINGS = 10;
  private static final int RESERVE_BYTES = 1 << 17;

  private final Path path;
  private final Stripes stripes;
  private final StoreHealth health;
  private final OperationPool operations;
  private final Gate gate;
  private final PassLedger ledger = new PassLedger();
  private final List<LiveValues> maps = new CopyOnWriteArrayList<>();
  private final Duration monitorTimeout;
  private final MonitorThreads threads;

  /** Those that wait for monitors, for which no pass waits. */
  private final Set<Visitor> stuck = ConcurrentHashMap.newKeySet();

  /** Classes of values that were found to have parts which are read through locks. */
  private final Set<Class<?>> withParts = ConcurrentHashMap.newKeySet();

  private volatile @Nullable PassRun current;

  /** Dropped when the heap is full, so that there is room for the words that say so. */
  @SuppressWarnings("unused")
  private volatile byte @Nullable [] reserve;

  /** Used by the thread that makes the checkpoint. */
  private int number;

  private int rounds;

  private long values;
  private long start;

  /**
   * Creates the pass over the live values of a store, and gives it a part in its checkpoints.
   *
   * @param monitorTimeout how long it waits for the monitor of a value
   */
  public DirtyPass(Store store, Duration monitorTimeout) {
    this.path = store.health().path();
    this.stripes = store.stripes();
    this.health = store.health();
    this.operations = store.operations();
    this.gate = store.gate();
    this.monitorTimeout = monitorTimeout;
    this.threads = new MonitorThreads(path);
    store.attach(this);
  }

  /** Gives the live values of a map a part in it. */
  void add(LiveValues values) {
    if (maps.isEmpty()) {
      reserve = new byte[RESERVE_BYTES]; // for all maps: one is enough
    }
    maps.add(values);
  }

  /** Forgets the live values of a map that was dropped. */
  public void remove(LiveValues values) {
    maps.remove(values);
  }

  Gate gate() {
    return gate;
  }

  PassLedger ledger() {
    return ledger;
  }

  @Override
  public Class<?> writingClass() {
    return Writing.class;
  }

  @Override
  public void begin() {
    number = ledger.beginPass();
  }

  @Override
  public Written write(OverdueKeys leftOut) {
    start = System.nanoTime();
    rounds = 0;
    PassRun run = new PassRun(this, number, leftOut);
    current = run;
    stripes.awaitChanges(); // some may not know of the pass
    values = count();
    try {
      run.writeAll();
      while (ledger.owesChanges() && rounds < MOST_ROUNDS) {
        writeOwed(run);
      }
    } catch (OutOfMemoryError e) {
      throw explain(e);
    }
    return written(run);
  }

  @Override
  public Written writeRest() {
    PassRun run = current;
    if (run == null) {
      throw new IllegalStateException(path + ": no pass is running");
    }
    try {
      ledger.takeHanded();
      writeOwed(run);
    } catch (OutOfMemoryError e) {
      throw explain(e);
    }
    return written(run);
  }

  @Override
  public void sectionsWereInside() {
    ledger.giveBackTaken();
  }

  private void writeOwed(PassRun run) {
    rounds++;
    if (rounds > ROUNDS_AT_FULL_SPEED) {
      int doublings = Math.min(rounds - ROUNDS_AT_FULL_SPEED - 1, MOST_DOUBLINGS);
      ledger.slowDown(FIRST_WAIT_NANOS << doublings);
    }
    run.writeOwed();
  }

  private Written written(PassRun run) {
    return new Written(values, run.written(), Duration.ofNanos(System.nanoTime() - start));
  }

  @Override
  public boolean isComplete() {
    try {
      return !ledger.owesAny();
    } catch (OutOfMemoryError e) {
      throw explain(e);
    }
  }

  @Override
  public void cut() {
    long fresh = stripes.unrecorded();
    PassRun run = current;
    if (fresh != (run == null ? 0 : run.freshLeftOut())) {
      throw new IllegalStateException(
          path + ": " + fresh + " entries are on the heap only, where there must be none");
    }
    end();
  }

  @Override
  public void end() {
    PassRun run = current;
    current = null;
    try {
      if (run != null) {
        run.end();
      }
    } finally {
      ledger.endPass(); // it may have begun before there was a run
    }
  }

  @Override
  public void drop() {
    maps.forEach(map -> map.clearing().run());
  }

  @Override
  public Help help() {
    return new PassHelp(this);
  }

  /** Says whether a value of that class was found to have parts that are read through locks. */
  boolean mayHaveParts(Class<?> type) {
    return withParts.contains(type);
  }

  void addWithParts(Class<?> type) {
    withParts.add(type);
  }

  /** Returns the threads that wait for monitors. */
  MonitorThreads threads() {
    return threads;
  }

  Path path() {
    return path;
  }

  StoreHealth health() {
    return health;
  }

  OperationPool operations() {
    return operations;
  }

  /** Returns the live values of all maps. */
  List<LiveValues> maps() {
    return maps;
  }

  /** Returns the number of live values. */
  long count() {
    return maps.stream().mapToLong(LiveValues::count).sum();
  }

  /** Returns the error to throw instead of one that the live values may be the reason of. */
  OutOfMemoryError explain(OutOfMemoryError error) {
    if (error.getCause() instanceof OutOfMemoryError) {
      return error; // has been explained
    }
    reserve = null;
    OutOfMemoryError explained =
        new OutOfMemoryError(
            path
                + ": "
                + count()
                + " live values don't fit into the heap of "
                + (Runtime.getRuntime().maxMemory() >> 20)
                + " MiB (-Xmx), with what else is there. Values that may change are kept on the"
                + " heap; a larger -Xmx helps, or ValueMode.COPIED, which keeps none ("
                + error.getMessage()
                + ")");
    explained.initCause(error);
    return explained;
  }

  Duration monitorTimeout() {
    return monitorTimeout;
  }

  /** Returns the pass that is running, or null. */
  @Nullable PassRun current() {
    return current;
  }

  Set<Visitor> stuck() {
    return stuck;
  }

  void addStuck(Visitor visitor) {
    stuck.add(visitor);
  }

  void removeStuck(Visitor visitor) {
    stuck.remove(visitor);
  }

  /** Returns the fingerprint of the value that an operation has found. */
  public static long foundFingerprint(Operation operation) {
    int length = operation.foundValueLength();
    return Fingerprint.of(operation.found(), operation.foundLength() - length, length);
  }
}
