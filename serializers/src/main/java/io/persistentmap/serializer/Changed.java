package io.persistentmap.serializer;

import java.util.ConcurrentModificationException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is noticed when another thread changes a collection while it is written. */
final class Changed {
  private Changed() {}

  /** Returns the exception that says so. */
  static ConcurrentModificationException exception(Class<?> type, @Nullable Throwable cause) {
    return new ConcurrentModificationException(
        "a " + type.getName() + " was changed while it was written; try again", cause);
  }

  /** Returns what a collection of the JDK gives its elements by. */
  static Iterator<?> iterator(Supplier<Iterator<?>> elements, Object what) {
    try {
      return elements.get();
    } catch (NullPointerException | IndexOutOfBoundsException torn) {
      throw exception(what.getClass(), torn); // a LinkedList looks for its first node, say
    }
  }

  /** Returns whether there is a next element, up to the expected number of them. */
  static boolean hasNext(Iterator<?> elements, int index, int expected, Object what) {
    boolean more;
    try {
      more = elements.hasNext();
    } catch (NullPointerException | IndexOutOfBoundsException torn) {
      throw exception(what.getClass(), torn);
    }
    if (more != index < expected) {
      throw exception(what.getClass(), null);
    }
    return more;
  }

  /** Returns the next element of a collection of the JDK. */
  static @Nullable Object next(Iterator<?> elements, Object what) {
    try {
      return elements.next();
    } catch (ConcurrentModificationException
        | NoSuchElementException
        | NullPointerException
        | IndexOutOfBoundsException torn) {
      throw exception(what.getClass(), torn);
    }
  }
}
