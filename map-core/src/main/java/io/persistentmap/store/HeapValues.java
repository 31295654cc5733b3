package io.persistentmap.store;

import java.time.Duration;

/** Values that are objects of the heap, and get into the log when a checkpoint is made. */
public interface HeapValues {
  /** There are none. */
  HeapValues NONE =
      new HeapValues() {
        @Override
        public Written write() {
          return new Written(0, 0, Duration.ZERO);
        }

        @Override
        public void cut() {}

        @Override
        public void end() {}

        @Override
        public void drop() {}
      };

  /**
   * What {@link #write} did.
   *
   * @param values values that it looked at
   * @param written values that had changed, and are in the log now
   * @param time how long it took
   */
  record Written(long values, long written, Duration time) {}

  /**
   * Appends every value that has changed. From its beginning until {@link #cut} or {@link #end},
   * each change of the map appends its value itself; so whoever then stops all changes finds
   * everything in the log. Whatever it throws, nothing is lost, and it can be called again.
   */
  Written write();

  /** Called with all shard locks, where a checkpoint ends: everything is in the log. */
  void cut();

  /** Ends what {@link #write} began, if {@link #cut} has not. */
  void end();

  /** Drops all of them: the store is closed. With all shard locks. */
  void drop();
}
