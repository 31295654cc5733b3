package io.persistentmap.value;

import io.persistentmap.PersistentMapException;
import io.persistentmap.index.OverdueKeys;
import io.persistentmap.platform.BlockedThreads;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One dirty pass: which entries are to be written, who is at them, and who has to wait.
 *
 * <p>The thread that makes the checkpoint hands entries out, and looks about every millisecond at
 * what does not go on. It writes itself only what it need not wait for: values whose monitor it
 * has. So do the threads that wait for the checkpoint ({@link PassHelp}).
 */
final class PassRun {
  private static final int BATCH = 64;

  /** How long a visitor waits for one; it takes as long to start another. */
  private static final int BATCH_MICROS = 50;

  /** As many values can be asked whether the current thread has their monitor. */
  private static final int FEW = 1024;

  /** Batches that wait for a visitor; then the thread that hands out waits. */
  private static final int MOST_BATCHES = 256;

  private static final long LOOK_NANOS = 1_000_000;

  /** How long a thread waits for a monitor before others go on with what it was to do. */
  private static final long STUCK_NANOS = 3_000_000;

  /** A thread that has had less of a processor in that time which the pass waits, does nothing. */
  private static final long IDLE_NANOS = 20_000_000;

  private final DirtyPass pass;
  private final int number;
  private final boolean initializing = Initializers.isInside();
  private final @Nullable ClassLoader context = Thread.currentThread().getContextClassLoader();
  private final Thread caller = Thread.currentThread();
  private final LongAdder written = new LongAdder();
  private final LongAdder finished = new LongAdder();
  private final LinkedBlockingQueue<Batch> batches = new LinkedBlockingQueue<>();
  private final PassVisitors visitors = new PassVisitors(this);
  private final OwnWriter own;

  /**
   * Values whose monitor a thread has that stays in the pass, and lets threads of ours read them.
   */
  private final Map<Object, Thread> lent = Collections.synchronizedMap(new IdentityHashMap<>());

  /** To be tried again. */
  private final Queue<Task> late = new ConcurrentLinkedQueue<>();

  /** What waits for monitors. */
  private final Queue<Parked> parked = new ConcurrentLinkedQueue<>();

  /** The first one that has failed for good; it has the reason. */
  private final AtomicReference<@Nullable Task> failedTask = new AtomicReference<>();

  private final OverdueKeys leftOut;
  private final Set<LiveEntry> entriesLeftOut = ConcurrentHashMap.newKeySet();
  private volatile boolean over;

  /** Used by the thread that makes the checkpoint: what it has handed out, altogether. */
  private long begun;

  /** Whether that thread asks of each value whether it has its monitor, which takes its time. */
  private boolean asksForOwn;

  private List<Task> collected = new ArrayList<>(BATCH);

  /**
   * Creates a pass.
   *
   * @param leftOut keys whose values are not written
   */
  PassRun(DirtyPass pass, int number, OverdueKeys leftOut) {
    this.leftOut = leftOut;
    this.pass = pass;
    this.number = number;
    this.own = new OwnWriter(this);
  }

  DirtyPass pass() {
    return pass;
  }

  int number() {
    return number;
  }

  OverdueKeys leftOut() {
    return leftOut;
  }

  /** Notes that the key of an entry is left out. */
  void leaveOut(LiveEntry entry) {
    entriesLeftOut.add(entry);
  }

  /** Returns how many of the entries left out are on the heap only. */
  long freshLeftOut() {
    return entriesLeftOut.stream().filter(LiveEntry::isFresh).count();
  }

  boolean isRunning() {
    return !over && failedTask.get() == null;
  }

  @Nullable ClassLoader contextClassLoader() {
    return context;
  }

  void countWritten() {
    written.increment();
  }

  long written() {
    return written.sum();
  }

  // ---- by the thread that makes the checkpoint -------------------------------------------------

  /** Writes all entries that have changed. */
  void writeAll() {
    asksForOwn = pass.count() <= FEW;
    for (LiveValues map : pass.maps()) {
      for (LiveEntry entry : map.table().values()) {
        add(entry);
      }
    }
    await();
  }

  /** Writes what has been changed since the pass began. */
  void writeOwed() {
    LiveEntry entry = pass.ledger().nextOwed();
    while (entry != null) {
      add(entry);
      entry = pass.ledger().nextOwed();
    }
    await();
  }

  /** Ends the pass: what is still being tried does not count. */
  void end() {
    over = true;
    batches.clear();
    for (Visitor visitor : visitors.all()) {
      visitor.loseKey();
    }
  }

  private void add(LiveEntry entry) {
    Task task = new Task(this, entry, true);
    begun++;
    if (asksForOwn && OwnWriter.isOwn(entry.value())) {
      own.write(task);
    } else {
      collect(task);
    }
  }

  private void collect(Task task) {
    collected.add(task);
    if (collected.size() == BATCH) {
      handOut();
      while (batches.size() > MOST_BATCHES) {
        look();
      }
    }
  }

  private void handOut() {
    if (!collected.isEmpty()) {
      batches.add(new Batch(collected));
      collected = new ArrayList<>(BATCH);
      ensureVisitors();
    }
  }

  private void ensureVisitors() {
    if (!initializing) {
      visitors.ensure(batches);
    }
  }

  private void await() {
    boolean interrupted = Thread.interrupted(); // or nothing below would wait
    try {
      handOut();
      while (finished.sum() < begun) {
        look();
        interrupted |= Thread.interrupted();
      }
      rethrow();
    } finally {
      if (interrupted) {
        caller.interrupt();
      }
    }
  }

  /** Waits a little, and then sees to what does not go on. */
  private void look() {
    rethrow();
    if (initializing) {
      Batch batch = batches.poll();
      if (batch != null) {
        own.writeInInitializer(batch);
        return;
      }
    }
    LockSupport.parkNanos(LOOK_NANOS);
    tryAgain();
    watchVisitors();
    watchParked();
    visitors.requireSome();
    if (!pass.stuck().isEmpty()) {
      leaveOutWritten();
    }
    handOut();
    ensureVisitors();
  }

  /** Here the words are made: by a thread that lacks nothing for them, and is waited for. */
  private void rethrow() {
    Task task = failedTask.get();
    if (task != null) {
      throw thrown(task.entry, task.error);
    }
  }

  /** Returns what the checkpoint throws: what is not the store's fault is that of an entry. */
  private RuntimeException thrown(@Nullable LiveEntry entry, @Nullable Throwable failed) {
    if (failed instanceof Error error) {
      throw error;
    } else if (failed instanceof PersistentMapException exception) {
      return exception;
    } else if (entry == null && failed instanceof RuntimeException exception) {
      return exception;
    }
    return PassMessages.failed(pass, Objects.requireNonNull(entry), Objects.requireNonNull(failed));
  }

  private void tryAgain() {
    for (int left = late.size(); left > 0; left--) {
      Task task = late.poll();
      if (task == null) {
        return;
      }
      if (!task.isDue()) {
        late.add(task);
      } else if (OwnWriter.isOwn(task.entry.value())) {
        own.write(task);
      } else {
        collected.add(task);
      }
    }
  }

  private void watchVisitors() {
    long now = System.nanoTime();
    for (Visitor visitor : visitors.all()) {
      Writing waiting = visitor.waiting();
      Throwable failed = visitor.failure();
      if (failed != null) {
        Task task = visitor.task();
        throw thrown(task == null ? null : task.entry, failed);
      }
      Object at = waiting != null ? waiting : visitor.task();
      Thread thread = visitor.thread();
      if (at != visitor.seen || at == null || thread == null) {
        visitor.seen = at;
        visitor.seenSince = now;
        visitor.seenProcessorNanos = -1;
      } else if (waiting != null) {
        leaveBehind(visitor, waiting, now);
      } else if (now - visitor.seenSince > pass.monitorTimeout().toNanos()) {
        requireProgress(visitor, thread, now);
      }
    }
  }

  private void leaveBehind(Visitor visitor, Writing waiting, long now) {
    if (now - visitor.seenSince > STUCK_NANOS
        && now - visitor.seenSince > visitors.patience(STUCK_NANOS)
        && visitor.leaveBehind(waiting)) {
      waiting.loseKey();
      Object monitor = visitor.leftAt();
      parked.add(new Parked(waiting.task, waiting.value, monitor, visitor, visitor.seenSince));
      Batch rest = visitor.batch();
      if (rest != null) {
        batches.add(rest);
      }
    }
  }

  /** Sees what threads that have monitors have written, when there may be no visitor to see it. */
  private void leaveOutWritten() {
    for (int left = batches.size(); left > 0; left--) {
      Batch batch = batches.poll();
      if (batch == null) {
        return;
      }
      List<Task> rest = new ArrayList<>();
      Task task = batch.next();
      while (task != null) {
        if (task.entry.pass == number) {
          task.finish();
        } else {
          rest.add(task);
        }
        task = batch.next();
      }
      if (!rest.isEmpty()) {
        batches.add(new Batch(rest));
      }
    }
  }

  /** What a value's own code does takes its time; but if it does nothing, that is no time. */
  private void requireProgress(Visitor visitor, Thread thread, long now) {
    Task task = visitor.task();
    long had = BlockedThreads.processorNanos(thread);
    boolean idle = visitor.seenProcessorNanos >= 0 && had - visitor.seenProcessorNanos < IDLE_NANOS;
    visitor.seenSince = now;
    visitor.seenProcessorNanos = had;
    if (idle && task != null && !task.isDone() && !visitor.isInStore()) {
      throw PassMessages.blocked(pass, task.entry, thread);
    }
  }

  private void watchParked() {
    Iterator<Parked> all = parked.iterator();
    boolean ownFound = false;
    while (all.hasNext()) {
      Parked each = all.next();
      Task task = each.task;
      if (isSettled(each)) {
        task.finish();
        all.remove();
      } else if (!each.isOfPart() && Thread.holdsLock(each.value)) {
        ownFound = true;
        all.remove();
        own.write(task);
      } else if (each.isOfPart() && !each.triedByMaker && Thread.holdsLock(each.monitor)) {
        each.triedByMaker = true;
        if (own.writeByPart(task)) {
          all.remove();
        }
      } else if (!each.visitor.waitsFor(each.monitor) && !each.visitor.isAt(task)) {
        all.remove();
        collected.add(task);
      } else if (System.nanoTime() - each.since > pass.monitorTimeout().toNanos()) {
        throw PassMessages.held(pass, each);
      }
    }
    if (ownFound && !asksForOwn) {
      asksForOwn = true;
      own.writeAll();
    }
  }

  private boolean isSettled(Parked each) {
    LiveEntry entry = each.task.entry;
    return each.task.isDone()
        || entry.pass == number
        || entry.value() != each.value
        || !entry.values().isPresent(entry);
  }

  // ---- by a thread that has a monitor, or initialises a class ----------------------------------

  /** Returns the batch that a thread takes which has nothing else to do, or null. */
  @Nullable Batch takeBatch() {
    return batches.poll();
  }

  Iterable<Parked> parked() {
    return parked;
  }

  Iterable<Visitor> visitors() {
    return visitors.all();
  }

  /** Notes that a visitor has come to the end of a batch, which may be the last. */
  void visited() {
    if (batches.isEmpty()) {
      LockSupport.unpark(caller);
    }
  }

  // ---- by any thread ---------------------------------------------------------------------------

  /** Returns the next batch for a visitor, or null if it is to end. */
  @Nullable Batch nextBatch() {
    try {
      return isRunning() ? batches.poll(BATCH_MICROS, TimeUnit.MICROSECONDS) : null;
    } catch (InterruptedException e) {
      return null; // nobody else knows that thread
    }
  }

  /**
   * Says whether somebody waits for that value's monitor already, perhaps since an earlier pass.
   */
  boolean waitsForStuck(Writing writing) {
    Visitor visitor = stuckAt(writing.value);
    if (visitor == null) {
      return false;
    }
    visitor.adopt(writing);
    park(writing, writing.value, visitor);
    return true;
  }

  /** Returns who waits for a monitor, or for other locks of that object, since long; or null. */
  @Nullable Visitor stuckAt(Object monitor) {
    for (Visitor visitor : pass.stuck()) {
      if (visitor.waitsFor(monitor)) {
        return visitor;
      }
    }
    return null;
  }

  /** Lets a task wait with somebody who waits for the same. */
  void park(Writing writing, Object monitor, Visitor visitor) {
    parked.add(new Parked(writing.task, writing.value, monitor, visitor, System.nanoTime()));
  }

  /** Returns what writes values in the current thread, which is one of the program. */
  OwnWriter own() {
    return own;
  }

  void tryLater(Task task) {
    late.add(task);
  }

  /**
   * Lets threads of ours read a value whose monitor the current thread has, and keeps until the
   * pass is over, or the loan {@linkplain #endLoans ends}.
   */
  void lend(Task task, Object value) {
    lent.put(value, Thread.currentThread());
    batches.add(new Batch(List.of(task)));
  }

  /** Says whether a value is lent, by whichever thread. */
  boolean isLent(Object value) {
    return lent.containsKey(value);
  }

  /** Ends what the current thread has lent: it goes on, with the monitors. */
  void endLoans() {
    if (lent.isEmpty()) {
      return;
    }
    Thread thread = Thread.currentThread();
    lent.values().removeIf(lender -> lender == thread);
  }

  void conclude(Writing writing) {
    Task task = writing.task;
    switch (writing.conclude()) {
      case DONE -> task.finish();
      case KEY_HELD -> putOff(task, null);
      case CHANGING -> putOff(task, writing.failure());
    }
  }

  private void putOff(Task task, @Nullable RuntimeException failed) {
    if (!task.putOff(failed) && failed != null) {
      fail(task, failed);
    } else if (task.isCounted()) {
      late.add(task);
    }
  }

  void finished() {
    finished.increment();
  }

  /** Lets the checkpoint fail. */
  void fail(Task task, Throwable reason) {
    task.error = reason;
    failedTask.compareAndSet(null, task);
    LockSupport.unpark(caller);
  }
}
