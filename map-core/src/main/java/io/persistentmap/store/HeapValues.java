package io.persistentmap.store;

import io.persistentmap.index.OverdueKeys;
import java.time.Duration;

/** Values that are objects of the heap, and get into the log when a checkpoint is made. */
public interface HeapValues {
  /**
   * What {@link #write} did.
   *
   * @param values values that it looked at
   * @param written values that had changed, and are in the log now
   * @param time how long it took
   */
  record Written(long values, long written, Duration time) {}

  /** What a thread does that waits for a checkpoint. Not thread-safe. */
  interface Help {
    /** Does what the pass that is running needs of this thread, if there is one; throws nothing. */
    void help();

    /** Called when the thread waits no longer, and before it goes on. */
    void end();
  }

  /**
   * Says that a checkpoint begins: from now on it is told of each change, and what is given out.
   */
  void begin();

  /**
   * Appends every value that has changed. From {@link #begin} until {@link #cut} or {@link #end},
   * it is told of each change of the map. Whatever it throws, nothing is lost, and it can be called
   * again.
   *
   * @param leftOut keys whose values are not written: functions may be changing them, and the store
   *     is being closed without waiting for those any longer
   * @throws io.persistentmap.UnstorableException if a value can't be written
   */
  Written write(OverdueKeys leftOut);

  /** Returns the class of ours that calls the code of values, in whatever thread. */
  Class<?> writingClass();

  /**
   * Appends what has been changed since, and what atomic sections were given, none of which is
   * inside any more; afterwards {@link #cut} is tried again.
   *
   * @return what has been done altogether
   */
  Written writeRest();

  /** Says that sections have been inside after all: what they were given is to be written again. */
  void sectionsWereInside();

  /**
   * Says, with all stripes, where a checkpoint is to end, whether everything is in the log; if not,
   * {@link #writeRest} is called, without a lock.
   */
  boolean isComplete();

  /** Called with all stripes, when everything is in the log: the checkpoint ends here. */
  void cut();

  /** Ends what {@link #begin} began, if {@link #cut} has not. */
  void end();

  /** Returns what the current thread does while it waits for a checkpoint of another one. */
  Help help();

  /** Drops all of them: the store is closed. With all stripes. */
  void drop();
}
