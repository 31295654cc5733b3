package io.persistentmap.serializer;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Elements of a set, or keys of a map, that differed when they were written, and are equal when
 * they are read, since their class has changed. All but one would be gone.
 */
final class EqualElements {
  /** What to do about elements that can't be put back. */
  static final String REMEDY =
      "; the entry stays as it is, and storedBytes() gives its bytes. Undo the change of the class,"
          + " or open the map with the class as it was, and store them in a list";

  private EqualElements() {}

  /**
   * Returns the refusal of elements that can't be put in at all.
   *
   * @param container the name of the container's class
   * @param stored what was written
   * @param failure what a method of an element has thrown
   */
  static Refusal failed(String container, @Nullable Object[] stored, RuntimeException failure) {
    Object element = null;
    for (int i = 0; i < stored.length && element == null; i++) {
      element = stored[i];
    }
    return new Refusal(
        "what is stored can't be put into a "
            + container
            + " again, since hashCode, equals or compareTo of "
            + (element == null ? "an element" : element.getClass().getName())
            + " fails: "
            + failure
            + REMEDY,
        failure);
  }

  /**
   * Returns the refusal.
   *
   * @param container the name of the container's class
   * @param stored what was written
   * @param kept what was put in
   */
  static Refusal refusal(String container, @Nullable Object[] stored, Iterator<?> kept) {
    Set<@Nullable Object> there = Collections.newSetFromMap(new IdentityHashMap<>());
    kept.forEachRemaining(there::add);
    Object lost = null;
    for (Object element : stored) {
      if (element != null && !there.contains(element)) {
        lost = element;
        break;
      }
    }
    return new Refusal(
        "a "
            + container
            + " was stored with "
            + stored.length
            + " elements, and would have "
            + there.size()
            + " now, since some are equal: "
            + (lost == null ? "their class" : lost.getClass().getName())
            + ", or a class that it is made of, has other fields, equals, hashCode or compareTo than"
            + " then"
            + REMEDY);
  }
}
