"""Reference library of the course: backpropagation in readable NumPy.

| module      | holds                                                             |
|-------------|-------------------------------------------------------------------|
| `gradcheck` | central differences, Jacobians, relative error                    |
| `figures`   | the matplotlib figures of the lessons; each returns a Figure      |

Importing `course` loads NumPy only. `figures` loads matplotlib when it is imported.
"""
