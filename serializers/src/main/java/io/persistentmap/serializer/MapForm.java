package io.persistentmap.serializer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Maps: count, then each key with its value. */
final class MapForm extends ContainerForm<Map<Object, Object>> {
  private static final int LONGEST_KEY = 40;

  private final MapCalls calls;

  /** Whether a method of the user's may take entries out when others are put in. */
  private final boolean evicts;

  /** The form of a class of the JDK. */
  MapForm(ContainerType<Map<Object, Object>> type) {
    super(type, type.type(), null);
    calls = MapCalls.VIRTUAL;
    evicts = false;
  }

  /** The form of a user's class that extends it. */
  MapForm(ContainerType<Map<Object, Object>> type, Hierarchy hierarchy, Fields fields) {
    super(type, hierarchy.type(), fields);
    calls = MapCalls.special(type.type(), hierarchy.lastOfUser());
    evicts =
        type.type() == LinkedHashMap.class
            && hierarchy.ofUser().stream()
                .flatMap(part -> Arrays.stream(part.getDeclaredMethods()))
                .anyMatch(method -> method.getName().equals("removeEldestEntry"));
  }

  @Override
  Iterator<?> elements(Map<Object, Object> container) {
    return calls.entries(container);
  }

  @Override
  int size(Map<Object, Object> container) {
    return calls.size(container);
  }

  @Override
  void write(@Nullable Object element, int index, GraphWriter out) {
    Map.Entry<?, ?> entry = (Map.Entry<?, ?>) Objects.requireNonNull(element);
    try {
      out.requireAdmitted(entry.getKey());
      out.value(requireAllowed(entry.getKey()));
    } catch (RuntimeException failure) {
      throw Refusal.from(failure).in("[key " + index + "]");
    }
    try {
      out.value(requireAllowed(entry.getValue()));
    } catch (RuntimeException failure) {
      throw Refusal.from(failure).in("[" + describe(entry.getKey(), index) + "]");
    }
  }

  /** Names a key, if it is of a class whose {@code toString} is known to be harmless. */
  private static String describe(@Nullable Object key, int index) {
    boolean simple =
        key == null || key instanceof Enum<?> || TypeTraits.isScalarValue(key.getClass());
    if (!simple) {
      return "value " + index;
    }
    String text = String.valueOf(key);
    return text.length() <= LONGEST_KEY ? text : text.substring(0, LONGEST_KEY) + "...";
  }

  @Override
  void clear(Map<Object, Object> container) {
    calls.clear(container);
  }

  @Override
  @Nullable Object[] readElements(int count, GraphReader in) {
    return in.pairs(count);
  }

  @Override
  boolean countsAll(Map<Object, Object> container) {
    return true;
  }

  @Override
  @Nullable Object[] keysOf(@Nullable Object[] elements) {
    @Nullable Object[] keys = new @Nullable Object[elements.length / 2];
    Arrays.setAll(keys, i -> elements[2 * i]);
    return keys;
  }

  @Override
  Iterator<?> keysIn(Map<Object, Object> container) {
    List<@Nullable Object> keys = new ArrayList<>();
    elements(container).forEachRemaining(entry -> keys.add(((Map.Entry<?, ?>) entry).getKey()));
    return keys.iterator();
  }

  @Override
  void fill(Map<Object, Object> container, @Nullable Object[] elements, GraphReader in) {
    for (int i = 0; i < elements.length; i += 2) {
      in.requireAdmitted(elements[i]);
      calls.put(container, elements[i], elements[i + 1]);
    }
    if (evicts && calls.size(container) < elements.length / 2) {
      throw new SerializationException(
          container.getClass().getName()
              + " does not keep the entries that it was stored with: its removeEldestEntry() takes"
              + " them out as they are read; store the limit that it asks");
    }
  }
}
