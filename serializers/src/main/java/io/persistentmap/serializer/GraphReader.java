package io.persistentmap.serializer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a {@link GraphWriter} wrote, and trusts none of it: nesting has a limit, and all
 * counts together can't exceed the bytes that there are, since each element has at least one.
 *
 * <p><b>Elements that are not complete.</b> A set in an object may hold elements that refer back to
 * this object, and whose {@code hashCode} asks it. So a container whose elements refer to an object
 * around it is filled only when that object is complete, or when an object that is made of its
 * content needs the container.
 */
final class GraphReader implements GraphReferences.Reading {
  private static final ByteReader NOTHING = new ByteReader(new byte[0], 0, 0);
  private static final int COMPLETE = Integer.MAX_VALUE;
  private static final int NO_CONTAINER = -1;

  private final StoredClasses classes;
  private final Dropping dropping = new Dropping();
  private final Graph graph;

  private ByteReader bytes = NOTHING;
  private long claimable;
  private int depth;

  /** The objects that are being filled, by depth. */
  private final @Nullable Object[] open = new @Nullable Object[GraphWriter.MAX_DEPTH + 2];

  /** The outermost of them that was referred to since the innermost container began. */
  private int lowestReferred = COMPLETE;

  /** How many objects were put off when the innermost container began; -1 outside of all. */
  private int containerMark = NO_CONTAINER;

  private final List<Postponed> postponed = new ArrayList<>();
  private final List<Filling> fillings = new ArrayList<>();

  GraphReader(StoredClasses classes, Graph graph) {
    this.classes = classes;
    this.graph = graph;
  }

  private record Postponed(StoredClass stored, Object object, boolean dropped) {}

  /** A container that waits for the object at a depth to be complete. */
  private record Filling(int level, Runnable fill) {}

  /** Returns where values are read from. */
  ByteReader bytes() {
    return bytes;
  }

  /** Reads a whole value whose tag is read already. */
  @Nullable Object root(int tag, ByteReader source) {
    bytes = source;
    claimable = source.remaining();
    Object value = tag == Tag.OBJECT ? rootObject() : small(tag);
    readPostponed(0);
    fillAll(0);
    return value;
  }

  private Object rootObject() {
    StoredClass stored = classes.forReading(bytes.readVarInt());
    if (bytes.readVarInt() != GraphWriter.NEW_OBJECT) {
      throw new SerializationException("a value that begins with a reference");
    }
    graph.references().nextReadId(stored.type());
    return content(stored, true);
  }

  /** Reads a part of the value. */
  @Nullable Object value() {
    int tag = bytes.readByte();
    return switch (tag) {
      case Tag.NULL -> null;
      case Tag.OBJECT -> graph.readReferenced();
      default -> small(tag);
    };
  }

  /** Reads a number of parts. */
  @Nullable Object[] values(int count) {
    claim(count);
    @Nullable Object[] values = new @Nullable Object[count];
    for (int i = 0; i < count; i++) {
      values[i] = value();
    }
    return values;
  }

  /** Reads twice as many parts. */
  @Nullable Object[] pairs(int count) {
    if (count < 0 || count > Integer.MAX_VALUE / 2) {
      claim(-1);
    }
    return values(2 * count);
  }

  private Object small(int tag) {
    return switch (tag) {
      case Tag.ENUM -> typed(Schema.Kind.ENUM);
      case Tag.RECORD -> typed(Schema.Kind.STABLE_RECORD);
      case Tag.CLASS -> typed(Schema.Kind.CLASS);
      default -> ScalarCodec.read(tag, bytes);
    };
  }

  private Object typed(Schema.Kind kind) {
    StoredClass stored = classes.forReading(bytes.readVarInt());
    if (stored.schema().kind() != kind) {
      throw new SerializationException(stored.schema().name() + " is not stored as " + kind);
    }
    enter();
    Object object = stored.form().readBody(null, this);
    depth--;
    return object;
  }

  /** Reads the content of an object, or puts it off. */
  Object content(StoredClass stored, boolean isRoot) {
    enter();
    Object object;
    if (stored.createsFirst()) {
      int mark = postponed.size();
      object = stored.form().create(this);
      readPostponed(mark);
      register(object, isRoot);
      if (depth > GraphWriter.POSTPONED_FROM) {
        postponed.add(new Postponed(stored, object, dropping.isActive()));
      } else {
        fill(stored, object);
      }
    } else {
      object = stored.form().readBody(null, this);
      if (isRoot) {
        register(object, true);
      }
    }
    depth--;
    return object;
  }

  private void register(Object object, boolean isRoot) {
    if (isRoot) {
      graph.references().setReadObject(0, object);
    } else {
      graph.register(object);
    }
  }

  private void fill(StoredClass stored, Object object) {
    open[depth] = object;
    stored.form().readBody(object, this);
    open[depth] = null;
    fillWaiting(depth);
  }

  private void enter() {
    if (++depth > GraphWriter.MAX_DEPTH) {
      throw new SerializationException(
          "objects are nested in more than " + GraphWriter.MAX_DEPTH + " others");
    }
  }

  /** Refuses a count of elements for which there are not enough bytes. */
  void claim(int count) {
    claimable -= count;
    if (count < 0 || claimable < 0) {
      throw new SerializationException(
          "a count of "
              + Integer.toUnsignedString(count)
              + " elements, for which there are not enough bytes");
    }
  }

  // ---- what is put off --------------------------------------------------------------------------

  /** Returns a mark for {@link #endMaking}: an object that is made of its content begins. */
  long beginMaking() {
    return (long) postponed.size() << Integer.SIZE | fillings.size();
  }

  /** Makes everything complete that was read since the mark was taken. */
  void endMaking(long mark) {
    readPostponed((int) (mark >>> Integer.SIZE));
    fillAll((int) mark);
  }

  private void readPostponed(int mark) {
    while (postponed.size() > mark) {
      Postponed last = postponed.remove(postponed.size() - 1);
      enter();
      if (last.dropped) {
        int before = dropping.begin(graph.references().readCount());
        fill(last.stored, last.object);
        dropping.end(before, graph.references().readCount());
      } else {
        fill(last.stored, last.object);
      }
      depth--;
    }
  }

  /**
   * Reads elements that must be complete before they are put into their container, and puts them in
   * as soon as that can be.
   */
  void fillWhole(Supplier<@Nullable Object[]> read, Consumer<@Nullable Object[]> fill) {
    int outer = lowestReferred;
    int outerMark = containerMark;
    lowestReferred = COMPLETE;
    containerMark = postponed.size();
    @Nullable Object[] elements = read.get();
    readPostponed(containerMark);
    containerMark = outerMark;
    if (lowestReferred < depth) {
      fillings.add(new Filling(lowestReferred, () -> fill.accept(elements)));
    } else {
      fill.accept(elements);
    }
    lowestReferred = Math.min(outer, lowestReferred);
  }

  private void fillWaiting(int level) {
    if (!fillings.isEmpty()) {
      List<Filling> complete = new ArrayList<>(fillings);
      complete.removeIf(filling -> filling.level < level);
      fillings.removeAll(complete);
      complete.forEach(filling -> filling.fill.run());
    }
  }

  private void fillAll(int mark) {
    List<Filling> complete = fillings.subList(mark, fillings.size());
    List<Filling> copy = List.copyOf(complete);
    complete.clear();
    copy.forEach(filling -> filling.fill.run());
  }

  @Override
  public void refersTo(Object object, int number) {
    dropping.require(number);
    if (containerMark == NO_CONTAINER) {
      return;
    }
    for (int level = 1; level <= depth; level++) {
      if (open[level] == object) {
        lowestReferred = Math.min(lowestReferred, level);
        return;
      }
    }
    if (containerMark > 0) {
      lowestReferred = 0; // it may be one of those that were put off: complete at the end
    }
  }

  // ---- what is dropped --------------------------------------------------------------------------

  /** Reads a field that is not there any more. */
  void drop(char letter) {
    if (letter != Primitives.REFERENCE) {
      Primitives.read(letter, bytes);
      return;
    }
    int before = dropping.begin(graph.references().readCount());
    value();
    dropping.end(before, graph.references().readCount());
  }

  /** Returns whether what is being read is wanted by nobody. */
  boolean isDropping() {
    return dropping.isActive();
  }

  /** Notes that an object could not be made in what is dropped. */
  void noteUnreadable(RuntimeException reason) {
    dropping.note(reason);
  }

  /** Forgets the value. */
  void reset() {
    bytes = NOTHING;
    lowestReferred = COMPLETE;
    dropping.reset();
  }
}
