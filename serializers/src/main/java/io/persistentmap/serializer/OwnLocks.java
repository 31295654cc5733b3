package io.persistentmap.serializer;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedList;
import java.util.List;
import java.util.Properties;
import java.util.RandomAccess;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.PriorityBlockingQueue;

/**
 * Which objects of the JDK are read through locks, so that who reads one waits for threads that are
 * in it. Thread-safe.
 */
@SuppressWarnings("JdkObsolete") // they are there to be stored
final class OwnLocks {
  /** And all that extends them. */
  private static final List<Class<?>> BASES =
      List.of(
          Vector.class,
          Properties.class, // looks for its defaults in a clone; a Hashtable is iterated over
          StringBuffer.class,
          Throwable.class,
          LinkedBlockingQueue.class,
          LinkedBlockingDeque.class,
          PriorityBlockingQueue.class);

  private static final ClassValue<Boolean> READ_THROUGH =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          return BASES.stream().anyMatch(base -> base.isAssignableFrom(type))
              || (ClassNames.isJdk(type) && isUnnamed(type));
        }
      };

  private OwnLocks() {}

  /** Says whether to read an object takes locks. */
  static boolean areIn(Object object) {
    return READ_THROUGH.get(object.getClass());
  }

  /**
   * Says whether it is one of the classes that have no name to be called by: synchronized views
   * (but for those of an ArrayList or the like, which tell without their monitor what they are
   * views of), and parts of lists that ask the list.
   */
  private static boolean isUnnamed(Class<?> type) {
    TreeSet<Object> set = new TreeSet<>();
    TreeMap<Object, Object> map = new TreeMap<>();
    List<Object> samples =
        new ArrayList<>(
            List.of(
                Collections.synchronizedCollection(set),
                Collections.synchronizedList(new LinkedList<>()),
                Collections.synchronizedSet(set),
                Collections.synchronizedSortedSet(set),
                Collections.synchronizedNavigableSet(set),
                Collections.synchronizedMap(map),
                Collections.synchronizedSortedMap(map),
                Collections.synchronizedNavigableMap(map)));
    for (List<Integer> list :
        List.of(
            new LinkedList<>(List.of(1)), new OwnList(), new CopyOnWriteArrayList<>(List.of(1)))) {
      samples.add(list.subList(0, 1));
    }
    return samples.stream().anyMatch(sample -> sample.getClass() == type);
  }

  /** Its parts are of the class that those of a Vector have, below their synchronized view. */
  private static final class OwnList extends AbstractList<Integer> implements RandomAccess {
    @Override
    public Integer get(int index) {
      return index;
    }

    @Override
    public int size() {
      return 1;
    }
  }
}
