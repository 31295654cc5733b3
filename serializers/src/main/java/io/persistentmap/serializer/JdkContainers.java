package io.persistentmap.serializer;

import io.persistentmap.serializer.JdkTypes.Table;
import java.lang.reflect.Field;
import java.util.AbstractList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.Stack;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Vector;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.PriorityBlockingQueue;
import org.jspecify.annotations.Nullable;

/** The JDK's collections and maps that are filled after they were made. */
@SuppressWarnings({"JdkObsolete", "NonApiType"}) // they are there to be stored
final class JdkContainers {
  /** A queue for which so much is left has no bound: others are changing it meanwhile. */
  private static final int UNBOUNDED = Integer.MAX_VALUE / 2;

  private JdkContainers() {}

  static void addTo(Table table) {
    addLists(table);
    addQueues(table);
    addSets(table);
    addMaps(table);
  }

  private static void addLists(Table table) {
    table.collection(ContainerType.of(ArrayList.class));
    table.collection(ContainerType.of(LinkedList.class));
    table.collection(ContainerType.of(Vector.class));
    table.collection(ContainerType.of(Stack.class));
    table.collection(
        ContainerType.<Collection<Object>>of(CopyOnWriteArrayList.class).asConcurrent());
    List<Integer> numbers = List.of(1, 2, 3);
    table.alike( // parts of lists become lists
        ArrayList.class.getName(),
        part(new ArrayList<>(numbers)),
        part(new ArrayList<>(numbers).subList(0, 2)),
        part(new LinkedList<>(numbers)),
        part(new LinkedList<>(numbers).subList(0, 2)),
        part(Arrays.asList(1, 2, 3)),
        part(Arrays.asList(1, 2, 3).subList(0, 2)),
        part(new CopyOnWriteArrayList<>(numbers)),
        part(new OwnList()));
  }

  private static Class<?> part(List<?> list) {
    return list.subList(0, 1).getClass();
  }

  /** A list of which parts are of the class that all lists get which don't have their own. */
  private static final class OwnList extends AbstractList<Object> {
    @Override
    public Object get(int index) {
      return this;
    }

    @Override
    public int size() {
      return 1;
    }
  }

  private static void addQueues(Table table) {
    table.collection(ContainerType.<Collection<Object>>of(ArrayDeque.class).withoutNulls());
    table.collection(
        ContainerType.<Collection<Object>>of(
                PriorityQueue.class,
                Comparator.class,
                queue -> ((PriorityQueue<?>) queue).comparator())
            .ofWhole()
            .withoutNulls());
    table.collection(
        ContainerType.<Collection<Object>>of(
                PriorityBlockingQueue.class,
                Comparator.class,
                queue -> ((PriorityBlockingQueue<?>) queue).comparator())
            .constructor(head -> JdkValues.parts(1, head[0]), int.class, Comparator.class)
            .ofWhole()
            .asConcurrent()
            .withoutNulls());
    for (Class<?> type :
        List.of(
            ConcurrentLinkedQueue.class, ConcurrentLinkedDeque.class, LinkedTransferQueue.class)) {
      table.collection(ContainerType.<Collection<Object>>of(type).asConcurrent().withoutNulls());
    }
    for (Class<?> type : List.of(LinkedBlockingQueue.class, LinkedBlockingDeque.class)) {
      table.collection(
          ContainerType.<Collection<Object>>of(type)
              .asConcurrent()
              .withoutNulls()
              .checked(JdkContainers::requireUnbounded));
    }
  }

  private static void requireUnbounded(Collection<?> queue) {
    if (((BlockingQueue<?>) queue).remainingCapacity() < UNBOUNDED) {
      throw Refusal.of(queue.getClass(), "it has a bound; use one without, or a serializer");
    }
  }

  private static void addSets(Table table) {
    table.collection(ContainerType.<Collection<Object>>of(HashSet.class).ofWhole());
    table.collection(ContainerType.<Collection<Object>>of(LinkedHashSet.class).ofWhole());
    table.collection(
        ContainerType.<Collection<Object>>of(CopyOnWriteArraySet.class).ofWhole().asConcurrent());
    table.collection(
        ContainerType.<Collection<Object>>of(
                TreeSet.class, Comparator.class, JdkContainers::comparatorOfSet)
            .ofWhole());
    table.collection(
        ContainerType.<Collection<Object>>of(
                ConcurrentSkipListSet.class, Comparator.class, JdkContainers::comparatorOfSet)
            .ofWhole()
            .asConcurrent()
            .withoutNulls());
    table.collection(
        ContainerType.<Collection<Object>>of(EnumSet.class, Class.class, JdkContainers::enumOfSet)
            .factory(JdkContainers::enumSet)
            .withoutNulls());
    table.family(EnumSet.class);
  }

  private static @Nullable Object comparatorOfSet(Collection<?> set) {
    return ((SortedSet<?>) set).comparator();
  }

  private static Object enumOfSet(Collection<?> set) {
    Iterator<?> constants =
        set.isEmpty() ? EnumSet.complementOf((EnumSet<?>) set).iterator() : set.iterator();
    if (!constants.hasNext()) {
      throw Refusal.of(EnumSet.class, "it is of an enum without constants");
    }
    return ((Enum<?>) constants.next()).getDeclaringClass();
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // the type of an enum found at run time
  private static Object enumSet(@Nullable Object[] head) {
    return EnumSet.noneOf((Class) enumType(head));
  }

  private static Class<?> enumType(@Nullable Object[] head) {
    if (head[0] instanceof Class<?> type && type.isEnum()) {
      return type;
    }
    throw new SerializationException("found " + head[0] + " in place of an enum");
  }

  private static void addMaps(Table table) {
    table.map(ContainerType.<Map<Object, Object>>of(HashMap.class).ofWhole());
    table.map( // its iterator enters no monitor, and says if others change it
        ContainerType.<Map<Object, Object>>of(Hashtable.class)
            .ofWhole()
            .asConcurrent()
            .withoutNulls());
    table.map(
        ContainerType.<Map<Object, Object>>of(ConcurrentHashMap.class)
            .ofWhole()
            .asConcurrent()
            .withoutNulls());
    table.map(
        ContainerType.<Map<Object, Object>>of(
                LinkedHashMap.class, boolean.class, JdkContainers::isOrderedByAccess)
            .constructor(
                head -> JdkValues.parts(16, 0.75f, head[0]), int.class, float.class, boolean.class)
            .ofWhole());
    table.map(
        ContainerType.<Map<Object, Object>>of(
                TreeMap.class, Comparator.class, JdkContainers::comparatorOfMap)
            .ofWhole());
    table.map(
        ContainerType.<Map<Object, Object>>of(
                ConcurrentSkipListMap.class, Comparator.class, JdkContainers::comparatorOfMap)
            .ofWhole()
            .asConcurrent()
            .withoutNulls());
    table.map(
        ContainerType.<Map<Object, Object>>of(EnumMap.class, Class.class, JdkContainers::enumOfMap)
            .constructor(head -> JdkValues.parts(enumType(head)), Class.class)
            .ofWhole());
    table.map(
        ContainerType.<Map<Object, Object>>of(
                Properties.class, Properties.class, JdkContainers::defaultsOf)
            .ofWhole()
            .withoutNulls());
  }

  private static @Nullable Object comparatorOfMap(Map<?, ?> map) {
    return ((SortedMap<?, ?>) map).comparator();
  }

  private static Object enumOfMap(Map<?, ?> map) {
    return map.isEmpty()
        ? SerialForm.classIn(map)
        : ((Enum<?>) map.keySet().iterator().next()).getDeclaringClass();
  }

  /** Asks a copy; one of a user's class not to take entries, which it might do more with. */
  private static Object isOrderedByAccess(Map<?, ?> map) {
    if (map.getClass() == LinkedHashMap.class) {
      @SuppressWarnings("unchecked") // what is in it goes at once
      LinkedHashMap<Object, Object> copy =
          (LinkedHashMap<Object, Object>) ((LinkedHashMap<?, ?>) map).clone();
      copy.clear();
      copy.put(1, 1);
      copy.put(2, 2);
      return copy.get(1) != null && copy.keySet().iterator().next().equals(2);
    }
    LinkedHashMap<?, ?> copy = (LinkedHashMap<?, ?>) ((LinkedHashMap<?, ?>) map).clone();
    copy.entrySet().removeIf(entry -> true);
    return SerialForm.isOrderedByAccess(copy);
  }

  private static @Nullable Object defaultsOf(Map<?, ?> properties) {
    List<Field> fields = Hierarchy.of(properties.getClass()).storedFields();
    if (!fields.stream().allMatch(field -> field.getType().isPrimitive())) {
      throw Refusal.of(
          properties.getClass(),
          "its fields and the defaults of the Properties that it extends can't be told apart; make"
              + " the fields transient, or give the class a serializer");
    }
    Properties copy = (Properties) ((Properties) properties).clone();
    copy.clear();
    return SerialForm.lastPartOf(copy);
  }
}
