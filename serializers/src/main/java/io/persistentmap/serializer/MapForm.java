package io.persistentmap.serializer;

import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Maps: count, then each key with its value. */
final class MapForm extends ContainerForm<Map<Object, Object>> {
  private static final int LONGEST_KEY = 40;

  private final MapCalls calls;

  /** The form of a class of the JDK. */
  MapForm(ContainerType<Map<Object, Object>> type) {
    super(type, type.type(), null);
    calls = MapCalls.VIRTUAL;
  }

  /** The form of a user's class that extends it. */
  MapForm(ContainerType<Map<Object, Object>> type, Hierarchy hierarchy, Fields fields) {
    super(type, hierarchy.type(), fields);
    calls = MapCalls.special(type.type(), hierarchy.lastOfUser());
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
  @Nullable Object[] readElements(int count, GraphReader in) {
    return in.pairs(count);
  }

  @Override
  void fill(Map<Object, Object> container, @Nullable Object[] elements) {
    for (int i = 0; i < elements.length; i += 2) {
      calls.put(container, elements[i], elements[i + 1]);
    }
  }
}
