package io.persistentmap.serializer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks into classes of the JDK that have no method which tells what they hold: at the form that
 * they have in Java serialization, which is specified, and the same in all versions. Nothing is
 * serialised: each object that would be written is noted, and null is written in its place.
 */
final class SerialForm extends ObjectOutputStream {
  private final ByteArrayOutputStream bytes;
  private final List<Object> parts = new ArrayList<>();
  private final List<Class<?>> classes = new ArrayList<>();
  private boolean started;

  private SerialForm(ByteArrayOutputStream bytes) throws IOException {
    super(bytes);
    this.bytes = bytes;
    enableReplaceObject(true);
  }

  private static SerialForm of(Object object) {
    try {
      SerialForm form = new SerialForm(new ByteArrayOutputStream());
      form.writeObject(object);
      form.flush();
      return form;
    } catch (IOException e) {
      throw Refusal.of(object.getClass(), "it can't be looked into: " + e.getMessage());
    }
  }

  /**
   * Returns the only object that another one refers to: the collection behind a wrapper, say. It is
   * another one than that, a stand-in, where its class has a {@code writeReplace}.
   */
  static Object partOf(Object object) {
    List<Object> parts = of(object).parts;
    if (parts.isEmpty()) {
      throw Refusal.of(object.getClass(), "it can't be looked into");
    }
    return parts.get(0);
  }

  /** Returns the last object that another one refers to, or null if it refers to none. */
  static @Nullable Object lastPartOf(Object object) {
    List<Object> parts = of(object).parts;
    return parts.isEmpty() ? null : parts.get(parts.size() - 1);
  }

  /** Returns the first class that an object refers to, apart from its own and those above it. */
  static Class<?> classIn(Object object) {
    return of(object).classes.get(levels(object));
  }

  /**
   * Returns whether a LinkedHashMap without entries is ordered by access.
   *
   * <p>With class descriptors left out, the bytes are: 4 of the stream's header; 1 that an object
   * follows; 2 for each class up to HashMap, and 1 that there are no more; HashMap's 4 + 4 of load
   * factor and threshold, 2 + 8 of capacity and size, 1 at its end; and then the flag.
   */
  static boolean isOrderedByAccess(Map<?, ?> empty) {
    int at = 4 + 1 + 2 * levels(empty) + 1 + 8 + 10 + 1;
    return of(empty).bytes.toByteArray()[at] != 0;
  }

  /**
   * Returns the first number that an object of a class without superclasses holds.
   *
   * <p>With class descriptors left out, the bytes are: 4 of the stream's header; 1 that an object
   * follows; 2 for its class, and 1 that there is none above it; then the fields, primitive ones
   * first.
   */
  static int firstNumberIn(Object object) {
    return ByteBuffer.wrap(of(object).bytes.toByteArray()).getInt(4 + 1 + 2 * levels(object) + 1);
  }

  /** Returns how many serializable classes an object is made of. */
  private static int levels(Object object) {
    int levels = 0;
    for (Class<?> next = object.getClass();
        next != null && Serializable.class.isAssignableFrom(next);
        next = next.getSuperclass()) {
      levels++;
    }
    return levels;
  }

  @Override
  protected @Nullable Object replaceObject(Object object) {
    if (!started) {
      started = true;
      return object;
    }
    parts.add(object);
    return null;
  }

  @Override
  protected void annotateClass(Class<?> type) {
    classes.add(type);
  }

  @Override
  protected void writeClassDescriptor(ObjectStreamClass descriptor) {
    // left out: it would only be read again
  }
}
