package io.persistentmap.serializer;

import java.util.ArrayList;
import java.util.Arrays;
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
 * content needs the container. What its elements refer to outside of it may refer to such an object
 * in turn, and so may a comparator; so a container with such elements is filled, and once more when
 * the whole value is there.
 *
 * <p><b>Fields that are dropped.</b> They may hold the first mention of an object that is needed
 * elsewhere, so they are read like all others. What can't be made is passed over, and references to
 * it from elsewhere are refused. What fails after its field, because it was put off, may be
 * referred to already: then the whole value must be read once more, passing over all such fields.
 */
final class GraphReader implements GraphReferences.Reading {
  private static final ByteReader NOTHING = new ByteReader(new byte[0], 0, 0);
  private static final int COMPLETE = Integer.MAX_VALUE;
  private static final int NO_CONTAINER = -1;

  private final StoredClasses classes;
  private final Graph graph;

  private ByteReader bytes = NOTHING;
  private long claimable;
  private int depth;

  /** The objects that are being filled, by depth. */
  private final @Nullable Object[] open = new @Nullable Object[GraphWriter.MAX_DEPTH + 2];

  /** The outermost of them that was referred to since the innermost container began. */
  private int lowestReferred = COMPLETE;

  /** The first of all objects that was referred to since the innermost container began. */
  private int firstReferred = COMPLETE;

  /** How many objects were put off when the innermost container began; -1 outside of all. */
  private int containerMark = NO_CONTAINER;

  private @Nullable HashWork hashWork;
  private final List<Postponed> postponed = new ArrayList<>();
  private final Fillings fillings = new Fillings(this::finish);

  /** How many fields that are dropped are being read, one inside of the other. */
  private int dropping;

  /** Why objects are passed over; null if they are made. */
  private @Nullable Throwable skipping;

  /** Why fields that are dropped are passed over from the start; null if they are read. */
  private @Nullable Throwable skipDropped;

  /** What failed that was put off in a field that is dropped. */
  private @Nullable Throwable lateFailure;

  private boolean notesLayout;
  private boolean inOldLayout;

  GraphReader(StoredClasses classes, Graph graph) {
    this.classes = classes;
    this.graph = graph;
  }

  /**
   * An object whose content follows later.
   *
   * @param dropped whether it is in a field that is dropped
   * @param skipped why it is nothing but a placeholder; null if it is more
   */
  private record Postponed(
      Form form, Object object, boolean dropped, @Nullable Throwable skipped) {}

  /** Where reading was, to go back there. */
  private record State(
      int position,
      long claimable,
      int depth,
      int lowestReferred,
      int firstReferred,
      int containerMark,
      int postponed,
      Fillings.Mark fillings,
      int objects,
      int unmade) {}

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
    fillings.finish();
    return value;
  }

  /**
   * Returns why the value should be read once more, by another reader that passes over what is
   * dropped; null if that would be of no use.
   */
  @Nullable Throwable lateFailure() {
    return lateFailure;
  }

  /** Passes over fields that are dropped, in this value, instead of reading them. */
  void skipDropped(Throwable reason) {
    skipDropped = reason;
  }

  /** Looks more closely for what {@link #isInOldLayout} tells. */
  void noteLayout() {
    notesLayout = true;
  }

  /** Returns whether to look more closely. */
  boolean notesLayout() {
    return notesLayout && !inOldLayout;
  }

  /** Notes that the value might be written in other bytes now. */
  void setInOldLayout() {
    inOldLayout = true;
  }

  /** Returns whether the value might be written in other bytes now. */
  boolean isInOldLayout() {
    return inOldLayout;
  }

  /** Returns the containers that are filled later than their elements are read. */
  Fillings fillings() {
    return fillings;
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

  /** Reads the elements of a collection. */
  @Nullable Object[] elements(int count) {
    claim(count);
    @Nullable Object[] elements = new @Nullable Object[count];
    for (int i = 0; i < count; i++) {
      try {
        elements[i] = value();
      } catch (RuntimeException failure) {
        throw Refusal.from(failure).in("[" + i + "]");
      }
    }
    return elements;
  }

  /** Reads the keys of a map, each with its value. */
  @Nullable Object[] pairs(int count) {
    if (count < 0 || count > Integer.MAX_VALUE / 2) {
      claim(-1);
    }
    claim(2 * count);
    @Nullable Object[] pairs = new @Nullable Object[2 * count];
    for (int i = 0; i < pairs.length; i++) {
      try {
        pairs[i] = value();
      } catch (RuntimeException failure) {
        throw Refusal.from(failure).in((i % 2 == 0 ? "[key " : "[value ") + i / 2 + "]");
      }
    }
    return pairs;
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
    Object object = formOf(stored).readBody(null, this);
    depth--;
    return object;
  }

  private Form formOf(StoredClass stored) {
    inOldLayout |= !stored.isCurrent();
    Throwable reason = skipping;
    return reason == null ? stored.form() : new SkippingForm(stored.schema(), reason);
  }

  /** Reads the content of an object, or puts it off. */
  Object content(StoredClass stored, boolean isRoot) {
    enter();
    Form form = formOf(stored);
    Object object;
    if (stored.createsFirst()) {
      int mark = postponed.size();
      object = form.create(this);
      readPostponed(mark);
      register(object, isRoot);
      if (depth > GraphWriter.POSTPONED_FROM) {
        postponed.add(new Postponed(form, object, dropping > 0, skipping));
      } else {
        fill(form, object);
      }
    } else {
      object = form.readBody(null, this);
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

  private void fill(Form form, Object object) {
    open[depth] = object;
    form.readBody(object, this);
    open[depth] = null;
    fillings.fillWaiting(depth);
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
    fillings.fillTwice((int) mark);
  }

  private void readPostponed(int mark) {
    while (postponed.size() > mark) {
      Postponed last = postponed.remove(postponed.size() - 1);
      enter();
      Throwable outside = skipping;
      skipping = last.skipped;
      finish(last.dropped, () -> fill(last.form, last.object));
      skipping = outside;
      depth--;
    }
  }

  /**
   * Reads elements that must be complete before they are put into their container, and puts them in
   * as soon as that can be.
   *
   * @param clear empties the container, so that it can be filled again
   * @param asksOthers whether filling asks more than the elements and what they refer to
   */
  void fillWhole(
      Supplier<@Nullable Object[]> read,
      Consumer<@Nullable Object[]> fill,
      Runnable clear,
      boolean asksOthers) {
    final int outer = lowestReferred;
    final int outerFirst = firstReferred;
    final int outerMark = containerMark;
    final int firstOfContainer = graph.references().readCount();
    lowestReferred = COMPLETE;
    firstReferred = asksOthers ? 0 : COMPLETE;
    containerMark = postponed.size();
    final int number = fillings.begin();
    @Nullable Object[] elements = read.get();
    fillings.failIfAsked(number);
    readPostponed(containerMark);
    containerMark = outerMark;
    Fillings.Filling filling =
        new Fillings.Filling(
            number, lowestReferred, () -> fill.accept(elements), clear, dropping > 0);
    if (lowestReferred < depth) {
      fillings.add(filling);
    } else if (firstReferred < firstOfContainer) {
      fillings.fillTwice(filling);
    } else {
      filling.fill().run();
    }
    lowestReferred = Math.min(outer, lowestReferred);
    firstReferred = Math.min(outerFirst, firstReferred);
  }

  /** Refuses an element of a set, or a key, whose hash code would take too long. */
  void requireAdmitted(@Nullable Object element) {
    if (HashWork.asksOthers(element)) {
      if (hashWork == null) {
        hashWork = new HashWork(4 * HashWork.MAX_STEPS);
      }
      if (!hashWork.admits(element)) {
        throw new SerializationException(
            "sets in sets, or keys of such, that take too long to read");
      }
    }
  }

  /** Does what was put off, and notes if it fails in a field that is dropped and passed already. */
  private void finish(boolean dropped, Runnable putOff) {
    final int outside = dropping;
    dropping += dropped ? 1 : 0;
    try {
      putOff.run();
    } catch (RuntimeException | LinkageError failure) {
      if (dropped && outside == 0) {
        lateFailure = failure;
      }
      throw failure;
    }
    dropping = outside;
  }

  @Override
  public void refersTo(Object object, int number) {
    if (skipping == null && object instanceof SkippingForm.Placeholder skipped) {
      throw new SerializationException(
          "a field that is dropped has what is needed elsewhere: "
              + Failures.reason(skipped.reason()),
          skipped.reason());
    }
    if (containerMark == NO_CONTAINER) {
      return;
    }
    firstReferred = Math.min(firstReferred, number);
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
    } else if (skipping != null) {
      value();
    } else {
      int outside = dropping;
      dropping = outside + 1;
      if (skipDropped == null) {
        readOrSkip();
      } else {
        skip(skipDropped);
      }
      dropping = outside;
    }
  }

  private void readOrSkip() {
    State before = state();
    try {
      value();
    } catch (RuntimeException | LinkageError failure) {
      goBack(before);
      skip(failure);
    }
  }

  private void skip(Throwable reason) {
    skipping = reason;
    value();
    skipping = null;
  }

  private State state() {
    return new State(
        bytes.position(),
        claimable,
        depth,
        lowestReferred,
        firstReferred,
        containerMark,
        postponed.size(),
        fillings.mark(),
        graph.references().readCount(),
        graph.references().unmadeCount());
  }

  private void goBack(State state) {
    bytes.goBack(state.position);
    claimable = state.claimable;
    Arrays.fill(open, state.depth + 1, open.length, null);
    depth = state.depth;
    lowestReferred = state.lowestReferred;
    firstReferred = state.firstReferred;
    containerMark = state.containerMark;
    postponed.subList(Math.min(state.postponed, postponed.size()), postponed.size()).clear();
    fillings.goBack(state.fillings);
    graph.forgetRead(state.objects, state.unmade);
  }

  /** Forgets the value. */
  void reset() {
    bytes = NOTHING;
    lowestReferred = COMPLETE;
    firstReferred = COMPLETE;
    hashWork = null;
    fillings.reset();
    skipDropped = null;
    notesLayout = false;
    inOldLayout = false;
  }
}
