package io.persistentmap.serializer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes one value and all it refers to.
 *
 * <p>Content is written where the object is met first, one inside of the other, but only to a
 * certain depth: from there on, objects that exist before their content are put on a stack, and
 * their content follows when what is around them is written. So a list of a million linked objects
 * needs no more of the thread's stack than a short one. What is made of its content can't be put
 * off, and is refused when it is nested too deep. The reader does the same, and so knows where each
 * content is.
 */
final class GraphWriter {
  /** Content at this depth and below is put off. Part of the file format. */
  static final int POSTPONED_FROM = 64;

  /** The deepest content. Part of the file format. */
  static final int MAX_DEPTH = 250;

  /** In place of a reference: an object that was not there yet. */
  static final int NEW_OBJECT = 1;

  private static final ByteWriter NOTHING = new ByteWriter(0);

  private final StoredClasses classes;
  private final GraphReferences references;
  private final Graph graph;

  private ByteWriter bytes = NOTHING;

  /** What is told of locks, and the value, of which it is not told. */
  private @Nullable MonitorWatch watch;

  private @Nullable Object root;
  private int depth;
  private @Nullable StoredClass[] postponedClasses = new @Nullable StoredClass[16];
  private @Nullable Object[] postponedObjects = new @Nullable Object[16];
  private int postponedCount;
  private @Nullable List<FirstObject> firstObjects;
  private @Nullable HashWork hashWork;

  GraphWriter(StoredClasses classes, GraphReferences references, Graph graph) {
    this.classes = classes;
    this.references = references;
    this.graph = graph;
  }

  /**
   * An object of a class of which none was checked yet.
   *
   * @param number its number in the graph; -1 for records that have none
   */
  record FirstObject(StoredClass stored, Object object, int number) {}

  /** Returns where values are appended. */
  ByteWriter bytes() {
    return bytes;
  }

  /** Appends a whole value. */
  void root(Object value, ByteWriter target, @Nullable MonitorWatch toTell) {
    bytes = target;
    watch = toTell;
    root = value;
    if (value instanceof byte[]) {
      ScalarCodec.write(Tag.BYTES, value, target);
    } else if (!writeSmall(value, TypeTraits.of(value.getClass()).tag())) {
      StoredClass stored = classes.forWriting(value.getClass());
      target.writeByte(Tag.OBJECT);
      target.writeVarInt(stored.number());
      target.writeVarInt(NEW_OBJECT);
      references.addWrittenObject(value);
      content(stored, value);
    }
    writePostponed(0);
  }

  /** Appends a part of the value. */
  void value(@Nullable Object value) {
    if (value == null) {
      bytes.writeByte(Tag.NULL);
    } else if (value instanceof String text) {
      StringCodec.write(text, bytes);
    } else if (!writeSmall(value, TypeTraits.of(value.getClass()).tag())) {
      bytes.writeByte(Tag.OBJECT);
      graph.writeReferenced(value);
    }
  }

  /** Appends a value that is never shared; returns false for all others. */
  private boolean writeSmall(Object value, int tag) {
    switch (tag) {
      case Tag.OBJECT, Tag.BYTES -> {
        return false;
      }
      case Tag.ENUM -> typed(tag, classes.forWriting(((Enum<?>) value).getDeclaringClass()), value);
      case Tag.CLASS -> typed(tag, classes.forClassValue((Class<?>) value), value);
      case Tag.RECORD -> {
        StoredClass stored = classes.forWriting(value.getClass());
        if (stored.schema().kind() != Schema.Kind.STABLE_RECORD) {
          return false; // has a serializer
        }
        if (!stored.isChecked()) {
          addFirst(stored, value, -1);
        }
        typed(tag, stored, value);
      }
      default -> ScalarCodec.write(tag, value, bytes);
    }
    return true;
  }

  private void typed(int tag, StoredClass stored, Object value) {
    bytes.writeByte(tag);
    bytes.writeVarInt(stored.number());
    enter(value);
    body(stored, value);
    depth--;
  }

  /** Appends the content of an object, or puts it off. */
  void content(StoredClass stored, Object object) {
    int number = references.lastWritten();
    if (!stored.isChecked()) {
      addFirst(stored, object, number);
    }
    enter(object);
    int mark = postponedCount;
    references.open(number);
    if (stored.createsFirst()) {
      announce(object);
      stored.form().writeHead(object, this);
      writePostponed(mark);
      references.close();
      if (depth > POSTPONED_FROM) {
        postpone(stored, object);
      } else {
        body(stored, object);
      }
    } else {
      body(stored, object);
      writePostponed(mark);
      references.close();
    }
    depth--;
  }

  private void body(StoredClass stored, Object object) {
    announce(object);
    stored.form().writeBody(object, this);
  }

  /** Forms take from an object with locks all that they need, before they write any of it. */
  private void announce(Object object) {
    MonitorWatch toTell = watch;
    if (toTell != null && object != root && OwnLocks.areIn(object)) {
      toTell.beforeEntering(object);
    }
  }

  private void enter(Object object) {
    if (++depth > MAX_DEPTH) {
      throw Refusal.of(
          object.getClass(),
          "it is nested too deep, in more than "
              + MAX_DEPTH
              + " records, sets, keys of maps or the like");
    }
  }

  /** Refuses an element of a set, or a key, with which reading would take too long. */
  void requireAdmitted(@Nullable Object element) {
    if (HashWork.asksOthers(element)) {
      if (hashWork == null) {
        hashWork = new HashWork(HashWork.MAX_STEPS);
      }
      if (!hashWork.admits(element)) {
        throw new Refusal("sets in sets, or keys of such, would take too long to read");
      }
    }
  }

  private void addFirst(StoredClass stored, Object object, int number) {
    List<FirstObject> first = firstObjects;
    if (first == null) {
      first = new ArrayList<>();
      firstObjects = first;
    }
    for (FirstObject other : first) {
      if (other.stored == stored) {
        return;
      }
    }
    first.add(new FirstObject(stored, object, number));
  }

  /** Returns objects of classes that are still to be checked, or null, and forgets them. */
  @Nullable List<FirstObject> takeFirstObjects() {
    List<FirstObject> first = firstObjects;
    firstObjects = null;
    return first;
  }

  // ---- what is put off --------------------------------------------------------------------------

  /** Returns a mark for {@link #writePostponed}. */
  int mark() {
    return postponedCount;
  }

  private void postpone(StoredClass stored, Object object) {
    if (postponedCount == postponedObjects.length) {
      postponedClasses = Arrays.copyOf(postponedClasses, 2 * postponedCount);
      postponedObjects = Arrays.copyOf(postponedObjects, 2 * postponedCount);
    }
    postponedClasses[postponedCount] = stored;
    postponedObjects[postponedCount++] = object;
  }

  /** Appends the content of all that was put off since the mark was taken. */
  void writePostponed(int mark) {
    while (postponedCount > mark) {
      StoredClass stored = postponedClasses[--postponedCount];
      Object object = postponedObjects[postponedCount];
      postponedObjects[postponedCount] = null;
      if (stored == null || object == null) {
        throw new AssertionError("nothing was put off");
      }
      enter(object);
      try {
        body(stored, object);
      } catch (RuntimeException failure) {
        throw Refusal.from(failure).in("..." + object.getClass().getSimpleName());
      }
      depth--;
    }
  }

  /** Forgets the value. */
  void reset() {
    bytes = NOTHING;
    watch = null;
    root = null;
    firstObjects = null;
    hashWork = null;
  }
}
