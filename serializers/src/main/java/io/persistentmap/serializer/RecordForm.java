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

  private RecordForm(RecordShape shape, char[] letters, int[] targets) {
    this.shape = shape;
    this.letters = letters;
    this.targets = targets;
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
    for (int i = 0; i < targets.length; i++) {
      Schema.Field field = stored.get(i);
      letters[i] = Primitives.letter(field.type());
      targets[i] = indexOf(field.name(), shape);
      if (targets[i] != DROPPED) {
        changes.check(type, field, shape.type(targets[i]));
      }
    }
    return new RecordForm(shape, letters, targets);
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
  Object readBody(@Nullable Object created, GraphReader in) {
    @Nullable Object[] components = new @Nullable Object[shape.fields().size()];
    for (int i = 0; i < components.length; i++) {
      components[i] = Primitives.zero(shape.type(i));
    }
    long mark = in.beginMaking();
    for (int i = 0; i < targets.length; i++) {
      if (targets[i] == DROPPED) {
        in.drop(letters[i]);
      } else {
        components[targets[i]] = Primitives.widen(read(letters[i], in), shape.type(targets[i]));
      }
    }
    in.endMaking(mark);
    return shape.create(components);
  }

  private static @Nullable Object read(char letter, GraphReader in) {
    return letter == Primitives.REFERENCE ? in.value() : Primitives.read(letter, in.bytes());
  }

  @Override
  @Nullable Object[] parts(Object object) {
    return shape.components(object);
  }
}
