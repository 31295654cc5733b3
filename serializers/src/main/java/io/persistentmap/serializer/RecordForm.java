package io.persistentmap.serializer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records: their components. Those of an older schema find theirs by name. */
final class RecordForm extends Form {
  private static final int DROPPED = -1;

  private final RecordShape shape;
  private final char[] letters;

  /** Where each stored component goes. */
  private final int[] targets;

  /** To what type each stored component is converted, or null. */
  private final @Nullable Class<?>[] conversions;

  /** The components of a record of which nothing was stored. */
  private final @Nullable Object[] defaults;

  private final @Nullable ReadResolve readResolve;

  private RecordForm(
      RecordShape shape,
      char[] letters,
      int[] targets,
      @Nullable Class<?>[] conversions,
      @Nullable ReadResolve readResolve) {
    this.shape = shape;
    this.letters = letters;
    this.targets = targets;
    this.conversions = conversions;
    this.readResolve = readResolve;
    this.defaults = new @Nullable Object[shape.fields().size()];
    for (int i = 0; i < defaults.length; i++) {
      defaults[i] = Primitives.zero(shape.type(i));
    }
  }

  /**
   * Finds out where the components of a schema go.
   *
   * @throws Refusal if the type of a component changed, or the module keeps the class closed
   */
  static RecordForm of(Class<?> type, List<Schema.Field> stored, TypeChanges changes) {
    RecordShape shape = RecordShape.of(type);
    char[] letters = new char[stored.size()];
    int[] targets = new int[stored.size()];
    @Nullable Class<?>[] conversions = new @Nullable Class<?>[stored.size()];
    for (int i = 0; i < targets.length; i++) {
      Schema.Field field = stored.get(i);
      letters[i] = Primitives.letter(field.type());
      targets[i] = indexOf(field.name(), shape);
      if (targets[i] != DROPPED) {
        Class<?> now = shape.type(targets[i]);
        changes.check(type, field, now);
        conversions[i] = field.type().equals(now.getName()) ? null : now;
      }
    }
    return new RecordForm(shape, letters, targets, conversions, ReadResolve.of(type));
  }

  private static int indexOf(String name, RecordShape shape) {
    for (int i = 0; i < shape.fields().size(); i++) {
      if (shape.fields().get(i).name().equals(name)) {
        return i;
      }
    }
    return DROPPED;
  }

  @Override
  void writeBody(Object object, GraphWriter out) {
    shape.write(object, out);
  }

  @Override
  Object readBody(@Nullable Object none, GraphReader in) {
    @Nullable Object[] components = defaults.clone();
    long mark = in.beginMaking();
    for (int i = 0; i < targets.length; i++) {
      readComponent(i, components, in);
    }
    in.endMaking(mark);
    Object record = shape.create(components);
    Object resolved = readResolve == null ? record : readResolve.resolve(record);
    if (in.notesLayout() && (resolved != record || !shape.has(record, components))) {
      in.setInOldLayout();
    }
    return resolved;
  }

  private void readComponent(int index, @Nullable Object[] components, GraphReader in) {
    int target = targets[index];
    if (target == DROPPED) {
      in.drop(letters[index]);
      return;
    }
    Object stored;
    try {
      stored = read(letters[index], in);
    } catch (RuntimeException failure) {
      throw Refusal.from(failure).in("." + shape.fields().get(target).name());
    }
    Class<?> conversion = conversions[index];
    components[target] = conversion == null ? stored : Primitives.widen(stored, conversion);
  }

  private static @Nullable Object read(char letter, GraphReader in) {
    return letter == Primitives.REFERENCE ? in.value() : Primitives.read(letter, in.bytes());
  }

  @Override
  @Nullable Object[] parts(Object object) {
    return shape.components(object);
  }
}
