package io.persistentmap.serializer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Collections or maps of a JDK class, or of a user's class that extends one: what it takes to make
 * an empty one, the fields of the user's classes, count, elements.
 *
 * <p>Of a user's class neither constructor nor overriding methods are called: what is stored is
 * what the JDK's class holds, and it is put back in the same way.
 *
 * @param <C> collections or maps
 */
abstract class ContainerForm<C> extends Form {
  private final ContainerType<C> type;
  private final Function<@Nullable Object[], Object> maker;

  /** Null for a class of the JDK. */
  private final @Nullable Fields fields;

  ContainerForm(ContainerType<C> type, Class<?> exactly, @Nullable Fields fields) {
    this.type = type;
    this.fields = fields;
    this.maker = type.maker(exactly);
  }

  /** Returns this class's elements, or entries. */
  abstract Iterator<?> elements(C container);

  /** Returns how many of them there are. */
  abstract int size(C container);

  /** Appends one of them. */
  abstract void write(@Nullable Object element, int index, GraphWriter out);

  /** Returns whether elements must be complete. */
  final boolean isWhole() {
    return type.whole();
  }

  /** Notices a null where none can be: somebody is changing the container. */
  final @Nullable Object requireAllowed(@Nullable Object part) {
    if (part == null && !type.nulls()) {
      throw Changed.exception(type.type(), null);
    }
    return part;
  }

  /** Reads as many as were counted. */
  abstract @Nullable Object[] readElements(int count, GraphReader in);

  /** Puts in what was read. */
  abstract void fill(C container, @Nullable Object[] elements, GraphReader in);

  /** Returns whether putting in could leave something out, since it is there. */
  abstract boolean countsAll(C container);

  /** Returns those of the elements that must differ from each other. */
  abstract @Nullable Object[] keysOf(@Nullable Object[] elements);

  /** Returns those that were put in. */
  abstract Iterator<?> keysIn(C container);

  /** Puts in what was read, all of it: elements that are equal now would be lost without a word. */
  private void fillWithAll(C container, @Nullable Object[] elements, GraphReader in) {
    try {
      fill(container, elements, in);
    } catch (SerializationException | Refusal explained) {
      throw explained;
    } catch (RuntimeException failure) {
      throw EqualElements.failed(container.getClass().getName(), keysOf(elements), failure);
    }
    if (countsAll(container)) {
      @Nullable Object[] stored = keysOf(elements);
      if (size(container) != stored.length) {
        throw EqualElements.refusal(container.getClass().getName(), stored, keysIn(container));
      }
      if (in.notesLayout() && !isInOrder(stored, keysIn(container))) {
        in.setInOldLayout();
      }
    }
  }

  /** Returns whether a container would be written in the order in which it is stored. */
  private static boolean isInOrder(@Nullable Object[] stored, Iterator<?> now) {
    for (Object element : stored) {
      if (!now.hasNext() || now.next() != element) {
        return false;
      }
    }
    return true;
  }

  /** Takes everything out. */
  abstract void clear(C container);

  /** Returns whether putting in asks the user's code that is not an element's. */
  private boolean asksOthers(C container) {
    if (type.parameters().contains(Comparator.class)) {
      Object comparator = type.head().apply(container)[0];
      return comparator != null && !ClassNames.isJdk(comparator.getClass());
    }
    return fields != null && container instanceof LinkedHashMap<?, ?>; // its removeEldestEntry
  }

  @SuppressWarnings("unchecked") // the form was chosen for the class
  private C cast(Object object) {
    return (C) object;
  }

  @Override
  final void writeHead(Object object, GraphWriter out) {
    for (Object value : type.head().apply(cast(object))) {
      try {
        out.value(value);
      } catch (RuntimeException failure) {
        String step = value instanceof Comparator ? ".comparator()" : ".defaults";
        throw Refusal.from(failure).in(step);
      }
    }
  }

  @Override
  final Object create(GraphReader in) {
    return maker.apply(in.values(type.heads()));
  }

  @Override
  void writeBody(Object object, GraphWriter out) {
    if (fields != null) {
      fields.write(object, out);
    }
    C container = cast(object);
    if (type.concurrent() || OwnLocks.areIn(container)) {
      List<Object> snapshot = new ArrayList<>();
      Changed.iterator(() -> elements(container), container).forEachRemaining(snapshot::add);
      writeElements(snapshot.iterator(), snapshot.size(), container, out);
    } else {
      Iterator<?> elements = Changed.iterator(() -> elements(container), container);
      writeElements(elements, size(container), container, out);
    }
  }

  private void writeElements(Iterator<?> elements, int count, C container, GraphWriter out) {
    out.bytes().writeVarInt(count);
    int mark = out.mark();
    for (int i = 0; Changed.hasNext(elements, i, count, container); i++) {
      write(Changed.next(elements, container), i, out);
    }
    if (type.whole()) {
      out.writePostponed(mark);
    }
  }

  @Override
  final Object readBody(@Nullable Object created, GraphReader in) {
    Object object = Objects.requireNonNull(created);
    if (fields != null) {
      fields.read(object, in);
    }
    C container = cast(object);
    int count = in.bytes().readVarInt();
    if (type.whole()) {
      in.fillWhole(
          () -> readElements(count, in),
          elements -> fillWithAll(container, elements, in),
          () -> clear(container),
          asksOthers(container));
    } else {
      fillWithAll(container, readElements(count, in), in);
    }
    return object;
  }

  @Override
  @Nullable Object[] parts(Object object) {
    return fields == null ? super.parts(object) : fields.get(object);
  }
}
