package io.persistentmap.serializer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collections: count, elements. */
final class CollectionForm extends ContainerForm<Collection<Object>> {
  private final CollectionCalls calls;
  private final boolean copiesOnWrite;

  /** The form of a class of the JDK. */
  CollectionForm(ContainerType<Collection<Object>> type) {
    super(type, type.type(), null);
    calls = CollectionCalls.VIRTUAL;
    copiesOnWrite = type.type().getSimpleName().startsWith("CopyOnWrite");
  }

  /** The form of a user's class that extends it. */
  CollectionForm(ContainerType<Collection<Object>> type, Hierarchy hierarchy, Fields fields) {
    super(type, hierarchy.type(), fields);
    calls = CollectionCalls.special(type.type(), hierarchy.lastOfUser());
    copiesOnWrite = type.type().getSimpleName().startsWith("CopyOnWrite");
  }

  @Override
  Iterator<?> elements(Collection<Object> container) {
    return calls.iterator(container);
  }

  @Override
  int size(Collection<Object> container) {
    return calls.size(container);
  }

  @Override
  void writeBody(Object object, GraphWriter out) {
    if (object.getClass() == ArrayList.class) {
      writeList((List<?>) object, out);
    } else {
      super.writeBody(object, out);
    }
  }

  /** The same bytes, faster. */
  private void writeList(List<?> list, GraphWriter out) {
    int count = list.size();
    out.bytes().writeVarInt(count);
    for (int i = 0; i < count; i++) {
      write(elementAt(list, i), i, out);
    }
    if (list.size() != count) {
      throw Changed.exception(list.getClass(), null);
    }
  }

  private static @Nullable Object elementAt(List<?> list, int index) {
    try {
      return list.get(index);
    } catch (IndexOutOfBoundsException removed) {
      throw Changed.exception(list.getClass(), removed);
    }
  }

  @Override
  void write(@Nullable Object element, int index, GraphWriter out) {
    try {
      if (isWhole()) {
        out.requireAdmitted(element);
      }
      out.value(requireAllowed(element));
    } catch (RuntimeException failure) {
      throw Refusal.from(failure).in("[" + index + "]");
    }
  }

  @Override
  void clear(Collection<Object> container) {
    calls.clear(container);
  }

  @Override
  @Nullable Object[] readElements(int count, GraphReader in) {
    return in.elements(count);
  }

  @Override
  boolean countsAll(Collection<Object> container) {
    return isWhole() || container instanceof Set<?>;
  }

  @Override
  @Nullable Object[] keysOf(@Nullable Object[] elements) {
    return elements;
  }

  @Override
  Iterator<?> keysIn(Collection<Object> container) {
    return elements(container);
  }

  @Override
  void fill(Collection<Object> container, @Nullable Object[] elements, GraphReader in) {
    if (isWhole()) {
      for (Object element : elements) {
        in.requireAdmitted(element);
      }
    }
    if (copiesOnWrite) {
      calls.addAll(container, Arrays.asList(elements));
    } else {
      for (Object element : elements) {
        calls.add(container, element);
      }
    }
  }
}
