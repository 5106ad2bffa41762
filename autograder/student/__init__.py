"""What runs beside a student's code, in the student's process: it knows no answer.

| module     | does                                                                         |
|------------|------------------------------------------------------------------------------|
| `calling`  | calls an answer on one case, and tells what happened                         |
| `watching` | counts what an answer calls: was a derivative measured?                      |
| `cells`    | runs the cells of a notebook: `display`, magics and pictures without IPython |
| `wire`     | plain data as bytes, and back: what may leave the process                    |
| `sandbox`  | what the process may do: limits, files, system calls                         |
| `scratch`  | the folder that it writes to: how full it is, and emptied again              |
| `zygote`   | the program that forks one sandboxed process per submission                  |

`calling` and `watching` serve `check` at home too. Nothing here imports a module of `autograder`
that knows exercises: in the student's process `autograder` is a stand-in, made by `cells`, which
has nothing but this package in it.
"""
