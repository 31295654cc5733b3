package io.persistentmap.serializer;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of dropped fields while a value is read.
 *
 * <p>A dropped field may hold the first mention of an object that is needed elsewhere, so it is
 * read like all others. But it may also hold objects that can't be made. If anything else refers to
 * an object of such a field, the value can't be read.
 */
final class Dropping {
  private int nesting;

  /** Why an object could not be made in the dropped field that is being read. */
  private @Nullable RuntimeException unreadable;

  private final List<Range> ranges = new ArrayList<>();

  /** The numbers of the objects of one field. */
  private record Range(int from, int to, RuntimeException reason) {}

  boolean isActive() {
    return nesting > 0;
  }

  /** Begins a dropped field whose first object gets this number. Returns what to end it with. */
  int begin(int number) {
    nesting++;
    return number;
  }

  /** Ends a dropped field whose last object had the number before this one. */
  void end(int from, int to) {
    nesting--;
    if (unreadable != null) {
      ranges.add(new Range(from, to, unreadable));
      if (nesting == 0) {
        unreadable = null;
      }
    }
  }

  /** Notes that an object could not be made. */
  void note(RuntimeException reason) {
    unreadable = reason;
  }

  /** Refuses a reference from outside into a field that holds what could not be made. */
  void require(int number) {
    if (nesting > 0) {
      return;
    }
    for (Range range : ranges) {
      if (number >= range.from && number < range.to) {
        throw new SerializationException(
            "a field that is dropped has what is needed elsewhere: " + range.reason.getMessage(),
            range.reason);
      }
    }
  }

  void reset() {
    nesting = 0;
    unreadable = null;
    ranges.clear();
  }
}
